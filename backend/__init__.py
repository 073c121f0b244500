"""The backend: one use case a module at the top, the rules in domain, AWS behind aws."""
