"""Responsible for calendar months in UTC, written 2026-11: what is billed and planned by."""

import re
from datetime import UTC, date, datetime, timedelta

from backend.domain.cost_sync import Days
from backend.domain.errors import Invalid

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_EARLIEST = "0001-01"


def checked_month(text: str) -> str:
    """The month itself; raises Invalid, with the remedy, for anything else."""
    if not _MONTH.fullmatch(text) or text < _EARLIEST:
        raise Invalid(f"{text[:20]!r} is no month: write it as 2026-11.")
    return text


def month_of(at: datetime) -> str:
    """The UTC month a moment lies in."""
    return f"{at.astimezone(UTC):%Y-%m}"


def days_of(month: str) -> Days:
    """The month's days; raises Invalid for what is no month."""
    first = date.fromisoformat(f"{checked_month(month)}-01")
    return Days(first, _first_of_next(first))


def bounds_of(month: str) -> tuple[datetime, datetime]:
    """The moments at which the month begins and the next one does."""
    days = days_of(month)
    return _midnight(days.since), _midnight(days.until)


def next_month(month: str) -> str:
    return f"{days_of(month).until:%Y-%m}"


def in_words(month: str) -> str:
    """November 2026."""
    return f"{days_of(month).since:%B %Y}"


def name_of(month: str) -> str:
    """November, where the year goes without saying."""
    return f"{days_of(month).since:%B}"


def _first_of_next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
