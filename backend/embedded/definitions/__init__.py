"""What a pipeline definition means, decided without a cloud."""
