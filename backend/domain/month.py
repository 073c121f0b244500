"""Responsible for calendar months in UTC, written 2026-11: what is billed and planned by."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from backend.domain.errors import Invalid

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
# The calendar of Python knows no moment at which the month after it begins.
_EARLIEST, _LATEST = "0001-01", "9999-11"


@dataclass(frozen=True, slots=True)
class Days:
    """UTC days of [since, until)."""

    since: date
    until: date


def checked_month(text: str) -> str:
    """The month itself; raises Invalid, with the remedy, for anything else."""
    if not _MONTH.fullmatch(text) or text < _EARLIEST:
        raise Invalid(f"{text[:20]!r} is no month: write it as 2026-11.")
    if text > _LATEST:
        raise Invalid(f"{text!r} is too far ahead: name {_LATEST} at the latest.")
    return text


def month_of(at: datetime) -> str:
    """The UTC month a moment lies in."""
    return f"{at.astimezone(UTC):%Y-%m}"


def days_of(month: str) -> Days:
    """The month's days; raises Invalid for what is no month."""
    first = date.fromisoformat(f"{checked_month(month)}-01")
    return Days(first, first_of_month(first, -1))


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


def first_of_month(day: date, months_before: int = 0) -> date:
    """The first day of the month so many months before the day's own."""
    months = day.year * 12 + day.month - 1 - months_before
    return date(months // 12, months % 12 + 1, 1)


def months_in(days: Days) -> list[str]:
    """The months, written 2026-03, that have one of the days, in order."""
    first, months = days.since.replace(day=1), []
    while first < days.until and days.since < days.until:
        months.append(f"{first:%Y-%m}")
        first = first_of_month(first, -1)
    return months


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
