"""One conversation a page: guard, one use case, show; no boto3 and no try/except."""
