"""The embedded cloud: one loopback endpoint that speaks AWS; only here are its engines imported."""
