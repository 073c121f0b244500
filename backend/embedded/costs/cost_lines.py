"""Responsible for a bill's lines: what each job used on each day, and what that costs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from backend.domain.prices import hourly_price

SERVICE = "Amazon SageMaker"

_PLACES = Decimal("1E-10")
_HOUR = Decimal(3600)
_USES = {"training-job": "Train", "processing-job": "Processing"}
_REGIONS = {"us-east-1": "USE1", "us-west-2": "USW2", "eu-central-1": "EUC1", "eu-west-1": "EU"}


class BilledJob(Protocol):
    """What a bill needs of a job."""

    @property
    def arn(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def tags(self) -> Mapping[str, str]: ...
    @property
    def instance_type(self) -> str: ...
    @property
    def instance_count(self) -> int: ...
    @property
    def billable_seconds(self) -> int: ...
    @property
    def started_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One job's use on one UTC day. Costs are rounded here, so that all sums of them are exact."""

    day: date
    tags: Mapping[str, str]
    dimensions: Mapping[str, str]
    hours: Decimal
    cost: Decimal


def lines_of(jobs: Iterable[BilledJob]) -> list[Line]:
    """Every billed job's lines; raises Invalid for an instance type without a price."""
    return [line for job in jobs for line in _lines(job)]


def _lines(job: BilledJob) -> Iterator[Line]:
    if not job.billable_seconds or job.started_at is None:
        return
    price = hourly_price(job.instance_type)
    dimensions = _dimensions(job)
    for day, seconds in _by_day(job.started_at.astimezone(UTC), job.billable_seconds):
        hours = Decimal(seconds * job.instance_count) / _HOUR
        yield Line(
            day=day,
            tags=job.tags,
            dimensions=dimensions,
            hours=hours.quantize(_PLACES),
            cost=(hours * price).quantize(_PLACES),
        )


def _by_day(start: datetime, seconds: int) -> Iterator[tuple[date, int]]:
    """Whole seconds of each UTC day, from the start on; the last day takes what is left."""
    while seconds > 0:
        midnight = datetime.combine(start.date() + timedelta(days=1), time(), UTC)
        today = min(seconds, max(1, round((midnight - start).total_seconds())))
        yield start.date(), today
        start, seconds = midnight, seconds - today


def _dimensions(job: BilledJob) -> dict[str, str]:
    _, _, _, region, account, _ = job.arn.split(":", 5)
    use = _USES.get(str(job.kind), str(job.kind))
    return {
        "SERVICE": SERVICE,
        "USAGE_TYPE": f"{_REGIONS.get(region, region)}-{use}:{job.instance_type}",
        "REGION": region,
        "LINKED_ACCOUNT": account,
    }
