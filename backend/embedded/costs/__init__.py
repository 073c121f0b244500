"""Cost Explorer, answered from the jobs that really ran and from a past labelled as made up."""
