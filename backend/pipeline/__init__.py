"""What SageMaker runs for a build: the pipelines' definitions and the containers' programs."""
