"""Pages for a tenant's people."""
