"""What crashes are tried with: processes that die, an executor that records, and its judge."""
