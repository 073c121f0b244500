"""Pages for the provider's people."""
