"""Responsible for what to ask Cost Explorer when: few requests, and no day forgotten."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from backend.domain.errors import Unavailable

# https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/: every page is a request.
REQUEST_PRICE = Decimal("0.01")
REQUESTS_A_DAY = 6
# The open month and twelve closed ones: one less than Cost Explorer holds, so none expires halfway.
MONTHS_BACK = 12
# Usage is reported late: what is younger than this may still grow, also over a month's end.
SETTLING = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Days:
    """UTC days of [since, until)."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class SyncState:
    """How far Cost Explorer has been read, and what asking it has cost.

    `settled` is the first month (its first day, ISO) that is not known to be final; `asked_on` is
    the UTC day (ISO) that `requests_today` counts.
    """

    synced_at: datetime | None = None
    settled: str = ""
    asked_on: str = ""
    requests_today: int = 0
    requests: int = 0

    @property
    def spent(self) -> Decimal:
        """US dollars that all requests so far have cost."""
        return self.requests * REQUEST_PRICE

    def asking(self, now: datetime, *, most: int = REQUESTS_A_DAY) -> "SyncState":
        """One request more; raises Unavailable when the UTC day's are used up."""
        today = now.astimezone(UTC).date().isoformat()
        used = self.requests_today if self.asked_on == today else 0
        if used >= most:
            raise Unavailable(
                f"All {most} requests to Cost Explorer for {today} (UTC) are used: its figures "
                "change at most three times a day; ask again tomorrow."
            )
        return replace(self, asked_on=today, requests_today=used + 1, requests=self.requests + 1)

    def synced(self, now: datetime, *, estimated: Iterable[date]) -> "SyncState":
        """All that `to_read` named has been read; `estimated` are the days that may yet change."""
        today = now.astimezone(UTC).date()
        first_open = min((*estimated, (now.astimezone(UTC) - SETTLING).date(), today))
        return replace(self, synced_at=now, settled=first_open.replace(day=1).isoformat())


def to_read(state: SyncState, now: datetime) -> Days:
    """The months that are not known to be final, up to and with today; all there are at first.

    A month that closed is read until Cost Explorer calls none of its days estimated any more.
    """
    today = now.astimezone(UTC).date()
    oldest = first_of_month(today, MONTHS_BACK)
    settled = date.fromisoformat(state.settled) if state.settled else oldest
    return Days(max(oldest, min(settled, today.replace(day=1))), today + timedelta(days=1))


def first_of_month(day: date, months_before: int = 0) -> date:
    """The first day of the month so many months before the day's own."""
    months = day.year * 12 + day.month - 1 - months_before
    return date(months // 12, months % 12 + 1, 1)
