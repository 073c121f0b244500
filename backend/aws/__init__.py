"""The only room that imports boto3; one module a service, errors translated by name at the door."""
