"""Tuning jobs: what is searched, and where to look next."""
