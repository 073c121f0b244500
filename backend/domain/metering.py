"""Responsible for what a build's jobs cost by the meter: seconds x instances x hourly price."""

from collections.abc import Iterable
from decimal import Decimal

from backend.domain.build import BuildStep
from backend.domain.meter_reading import Metered, MeteredStep, MeteredStorage
from backend.domain.price_book import SHIPPED_TABLE, PriceBook
from backend.domain.prices import HOURS_A_MONTH, STORAGE_PRICE

_PLACES = Decimal("1E-10")
_SECONDS_AN_HOUR = 3600


def metered(steps: Iterable[BuildStep], book: PriceBook) -> Metered:
    """Billable seconds x instances x hourly price / 3600 of each step that ran a job.

    The jobs' disks are billed beside them, GB x seconds at the price of a month. SageMaker bills
    training and processing jobs by the second and instance, and storage by the GB and month, in
    proportion (https://aws.amazon.com/sagemaker/pricing/). Raises Invalid for an unpriced instance.
    """
    billed = [step for step in steps if step.billable_seconds]
    return Metered(tuple(_metered(step, book) for step in billed), _storage(billed))


def _metered(step: BuildStep, book: PriceBook) -> MeteredStep:
    price = book.price_of(step.kind, step.instance_type)
    seconds = step.billable_seconds * step.instance_count
    amount = Decimal(seconds) * price.hourly / _SECONDS_AN_HOUR
    return MeteredStep(step.name, seconds, price, amount.quantize(_PLACES))


def _storage(steps: Iterable[BuildStep]) -> MeteredStorage | None:
    gb_seconds = sum(s.volume_gb * s.billable_seconds * s.instance_count for s in steps)
    if not gb_seconds:
        return None
    amount = gb_seconds * STORAGE_PRICE / (HOURS_A_MONTH * _SECONDS_AN_HOUR)
    return MeteredStorage(gb_seconds, STORAGE_PRICE, SHIPPED_TABLE, amount.quantize(_PLACES))
