"""What the benchmark of costs is made of: a year of many tenants, and people who look at it."""
