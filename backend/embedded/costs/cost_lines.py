"""Responsible for the bill of jobs: what each used on each day, and what that costs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from backend.domain.prices import HOURS_A_MONTH, STORAGE_PRICES, hourly_price
from backend.embedded.costs.bill import PLACES, Bill, Source, units_of

SERVICE = "Amazon SageMaker"

_PLACES = Decimal(1).scaleb(-PLACES)
_HOUR_SECONDS = 3600
_MONTH_SECONDS = HOURS_A_MONTH * _HOUR_SECONDS
_USES = {"training-job": "Train", "processing-job": "Processing"}
_REGIONS = {"us-east-1": "USE1", "us-west-2": "USW2", "eu-central-1": "EUC1", "eu-west-1": "EU"}


class BilledJob(Protocol):
    """What a bill needs of a job; `volume_gb` is 0 where the job named none."""

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
    def volume_gb(self) -> int: ...
    @property
    def billable_seconds(self) -> int: ...
    @property
    def started_at(self) -> datetime | None: ...


def bill_of(jobs: Iterable[BilledJob]) -> Bill:
    """Every billed job's lines, rounded here; raises Invalid for an instance without a price.

    Instances by the hour, storage by the gigabyte and month of 730 hours, each of them by the
    second: https://aws.amazon.com/sagemaker/pricing/.
    """
    bill = Bill()
    for job in jobs:
        if job.billable_seconds and job.started_at is not None:
            for use in _uses(job):
                for day, seconds in _by_day(job.started_at.astimezone(UTC), job.billable_seconds):
                    used = Decimal(seconds * use.amount)
                    cost = _rounded(used * use.price / use.unit_seconds)
                    bill.add(day, use.source, cost, _rounded(used / use.unit_seconds))
    return bill


@dataclass(frozen=True, slots=True)
class _Use:
    """So much of something all the time; it has a price for so many seconds of one of it."""

    source: Source
    amount: int
    unit_seconds: int
    price: Decimal


def _uses(job: BilledJob) -> Iterator[_Use]:
    instances, price = job.instance_count, hourly_price(job.instance_type)
    yield _Use(_source(job, job.instance_type, "Hrs"), instances, _HOUR_SECONDS, price)
    if job.volume_gb:
        disk = _source(job, "VolumeUsage.gp2", "GB-Mo")
        # Each instance has a disk of its own.
        price = STORAGE_PRICES["Processing" if job.kind == "processing-job" else "Training"]
        yield _Use(disk, instances * job.volume_gb, _MONTH_SECONDS, price)


def _source(job: BilledJob, used: str, unit: str) -> Source:
    _, _, _, region, account, _ = job.arn.split(":", 5)
    use = _USES.get(str(job.kind), str(job.kind))
    dimensions = {
        "SERVICE": SERVICE,
        "USAGE_TYPE": f"{_REGIONS.get(region, region)}-{use}:{used}",
        "RECORD_TYPE": "Usage",
        "REGION": region,
        "LINKED_ACCOUNT": account,
    }
    return Source(job.tags, dimensions, unit)


def _by_day(start: datetime, seconds: int) -> Iterator[tuple[date, int]]:
    """Whole seconds of each UTC day, from the start on; the last day takes what is left."""
    while seconds > 0:
        midnight = datetime.combine(start.date() + timedelta(days=1), time(), UTC)
        today = min(seconds, max(1, round((midnight - start).total_seconds())))
        yield start.date(), today
        start, seconds = midnight, seconds - today


def _rounded(amount: Decimal) -> int:
    return units_of(amount.quantize(_PLACES))
