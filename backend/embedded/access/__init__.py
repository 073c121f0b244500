"""Who may do what: the engine's authorization, completed."""
