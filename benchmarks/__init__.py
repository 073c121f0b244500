"""Benchmarks: each prints what it measures and, as its last line, one JSON object."""
