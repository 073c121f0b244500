"""Responsible for what to ask Cost Explorer when: few requests, and no day forgotten."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from backend.domain.cost import ZERO
from backend.domain.errors import Unavailable
from backend.domain.month import Days, first_of_month

# https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/: every page is a request.
REQUEST_PRICE = Decimal("0.01")
REQUESTS_A_DAY = 6
# What a sync asks at least: the total, what is shared, and all by tenant and service.
QUESTIONS = 3
# The open month and twelve closed ones: one less than Cost Explorer holds, so none expires halfway.
MONTHS_BACK = 12
# Usage is reported late: what is younger than this may still grow, also over a month's end.
SETTLING = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class SyncState:
    """How far Cost Explorer has been read, and what asking it has cost.

    `settled` is the first month (its first day, ISO) that is not known to be final; `asked_on` is
    the UTC day (ISO) that `requests_today` counts; `difference` is how far Cost Explorer's own
    total of what the last sync read lies above the sum of its parts, in USD; `refused` says why
    the last sync came to nothing.
    """

    synced_at: datetime | None = None
    settled: str = ""
    asked_on: str = ""
    requests_today: int = 0
    requests: int = 0
    difference: Decimal = ZERO
    refused: str = ""

    @property
    def spent(self) -> Decimal:
        """US dollars that all requests so far have cost."""
        return self.requests * REQUEST_PRICE

    def checked_to_begin(
        self, now: datetime, *, most: int = REQUESTS_A_DAY, questions: int = QUESTIONS
    ) -> None:
        """Raises Unavailable when the UTC day has no room for so many questions any more.

        A sync that has begun reads every page: an account of many tenants, or the first sync with
        its thirteen months, may take more than the day's requests, once a day.
        """
        today = now.astimezone(UTC).date().isoformat()
        used = self._used(today)
        if used and used + questions > most:
            raise Unavailable(
                f"Cost Explorer was asked {used} times on {today} (UTC), at $0.01 each; this takes "
                f"{questions} more and {most} are allowed a day: its figures change at most three "
                "times a day, so ask again tomorrow or raise the limit."
            )

    def asking(self, now: datetime) -> "SyncState":
        """One request more."""
        today = now.astimezone(UTC).date().isoformat()
        used = self._used(today)
        return replace(self, asked_on=today, requests_today=used + 1, requests=self.requests + 1)

    def _used(self, today: str) -> int:
        return self.requests_today if self.asked_on == today else 0

    def read_up_to(
        self,
        until: date,
        now: datetime,
        *,
        estimated: Iterable[date] = (),
        difference: Decimal = ZERO,
    ) -> "SyncState":
        """All that comes before `until` has been read; `estimated` days of it may yet change."""
        first_open = min((*estimated, (now.astimezone(UTC) - SETTLING).date(), until))
        settled = first_open.replace(day=1).isoformat()
        return replace(self, settled=max(settled, self.settled), difference=difference)

    def synced(self, now: datetime) -> "SyncState":
        """All that `to_read` named has been read."""
        return replace(self, synced_at=now, refused="")


def to_read(state: SyncState, now: datetime) -> Days:
    """The months that are not known to be final, up to and with today; all there are at first.

    A month that closed is read until Cost Explorer calls none of its days estimated any more.
    """
    today = now.astimezone(UTC).date()
    oldest = first_of_month(today, MONTHS_BACK)
    settled = date.fromisoformat(state.settled) if state.settled else oldest
    return Days(max(oldest, min(settled, today.replace(day=1))), today + timedelta(days=1))


def spans_of(days: Days) -> list[Days]:
    """What to read at once, the earliest first: the last two months, and each before them alone.

    A year of many tenants at once would not fit a function's memory, nor its time if cut off.
    """
    recent = max(days.since, first_of_month(days.until - timedelta(days=1), 1))
    spans, since = [], days.since
    while since < recent:
        until = min(first_of_month(since, -1), recent)
        spans.append(Days(since, until))
        since = until
    return [*spans, Days(recent, days.until)]


def known_months(today: date) -> list[str]:
    """The months there are figures of, the open one first."""
    return [f"{first_of_month(today, back):%Y-%m}" for back in range(MONTHS_BACK + 1)]
