"""SageMaker's operations: ours put in the place of moto's, moto's repaired and kept."""
