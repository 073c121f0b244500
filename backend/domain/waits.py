"""Responsible for how long builds have waited, tier by tier and half-hour by half-hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.domain.durations import Run
from backend.domain.percentile import percentile

HOUR = timedelta(hours=1)
STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class WaitBucket:
    """The builds that started within one step from `start`; None says that none did.

    A wait lasts from the request to the start, in seconds. p95 is the wait below which 95 of 100
    lie (percentile.py says how it lies between two builds).
    """

    start: datetime
    started: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class TierWaits:
    """One tier's starts within the last hour, and its buckets, the oldest first."""

    tier: str
    starts_last_hour: int
    buckets: tuple[WaitBucket, ...]


def waits_of(
    tier: str, runs: Sequence[Run], *, now: datetime, hours: int = 24, step: timedelta = STEP
) -> TierWaits:
    """The tier's waits of the last `hours`, in buckets that begin at whole steps of the UTC day.

    The newest bucket is the one `now` lies in, so it is still filling.
    """
    started = [
        (run.started_at, (run.started_at - run.requested_at).total_seconds())
        for run in runs
        if run.tier == tier and run.started_at is not None and run.started_at <= now
    ]
    last_hour = sum(at > now - HOUR for at, _ in started)
    newest = _floor(now, step)
    count = timedelta(hours=hours) // step
    waits: dict[datetime, list[float]] = {
        newest - step * back: [] for back in range(count - 1, -1, -1)
    }
    for at, wait in started:
        bucket = _floor(at, step)
        if bucket in waits:
            waits[bucket].append(max(0.0, wait))
    return TierWaits(tier, last_hour, tuple(_bucket(start, each) for start, each in waits.items()))


def _bucket(start: datetime, waits: Sequence[float]) -> WaitBucket:
    if not waits:
        return WaitBucket(start, 0, None, None)
    return WaitBucket(start, len(waits), percentile(waits, 0.5), percentile(waits, 0.95))


def _floor(at: datetime, step: timedelta) -> datetime:
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + (at - day) // step * step
