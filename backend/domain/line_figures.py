"""Responsible for the figures by which a tier is watched from outside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineFigures:
    """One tier at one moment; who stands aside waits, too, but is not waited for."""

    tier: str
    waiting: int
    running: int
    oldest_wait_seconds: float
    dead_letters: int
