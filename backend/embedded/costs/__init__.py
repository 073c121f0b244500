"""Cost Explorer, answered from the jobs that really ran."""
