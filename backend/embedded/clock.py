"""Responsible for the time of day, as the cloud's shells read it."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
