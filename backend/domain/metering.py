"""Responsible for what a build's jobs cost by the meter: seconds x instances x hourly price."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from backend.domain.build import BuildStep
from backend.domain.meter_reading import Metered, MeteredStep, MeteredStorage
from backend.domain.price_book import SHIPPED_TABLE, PriceBook
from backend.domain.prices import HOURS_A_MONTH, STORAGE_PRICES, listed_as

_PLACES = Decimal("1E-10")
_SECONDS_AN_HOUR = 3600


def metered(steps: Iterable[BuildStep], book: PriceBook) -> Metered:
    """Billable seconds x instances x hourly price / 3600 of each step that ran a job.

    The jobs' disks are billed beside them, GB x seconds at the price of a month. SageMaker bills
    training and processing jobs by the second and instance, and storage by the GB and month, in
    proportion (https://aws.amazon.com/sagemaker/pricing/). Raises Invalid for an unpriced instance.
    """
    billed = [step for step in steps if step.billable_seconds]
    return Metered(tuple(_metered(step, book) for step in billed), tuple(_storage(billed)))


def _metered(step: BuildStep, book: PriceBook) -> MeteredStep:
    price = book.price_of(step.kind, step.instance_type)
    seconds = step.instance_seconds
    amount = Decimal(seconds) * price.hourly / _SECONDS_AN_HOUR
    return MeteredStep(step.name, seconds, price, amount.quantize(_PLACES))


def _storage(steps: Iterable[BuildStep]) -> Iterator[MeteredStorage]:
    gb_seconds = dict.fromkeys(STORAGE_PRICES, 0)
    for step in steps:
        gb_seconds[listed_as(step.kind)] += step.volume_gb * step.instance_seconds
    for kind, used in gb_seconds.items():
        if used:
            price = STORAGE_PRICES[kind]
            amount = used * price / (HOURS_A_MONTH * _SECONDS_AN_HOUR)
            yield MeteredStorage(kind, used, price, SHIPPED_TABLE, amount.quantize(_PLACES))
