"""What dispatch is driven with in simulated time, and what it is compared with."""
