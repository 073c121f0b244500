"""Pipeline executions, step by step, and what is told of them."""
