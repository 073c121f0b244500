"""Responsible for what a build's jobs cost by the meter: seconds x instances x hourly price."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from backend.domain.build import BuildStep
from backend.domain.exact import exact_sum
from backend.domain.price_book import Price, PriceBook

_PLACES = Decimal("1E-10")
_SECONDS_AN_HOUR = Decimal(3600)


@dataclass(frozen=True, slots=True)
class MeteredStep:
    """What one step's job cost by the meter, to ten places, so that sums of it are exact."""

    name: str
    instance_seconds: int
    price: Price
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Metered:
    """A build's estimate: US dollars before tax and discounts."""

    steps: tuple[MeteredStep, ...]

    @property
    def amount(self) -> Decimal:
        return exact_sum(step.amount for step in self.steps)

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the prices come from, each named once."""
        return tuple(dict.fromkeys(step.price.source for step in self.steps))


def metered(steps: Iterable[BuildStep], book: PriceBook) -> Metered:
    """Billable seconds x instances x hourly price / 3600 of each step that ran a job.

    SageMaker bills training and processing jobs by the second and instance
    (https://aws.amazon.com/sagemaker/pricing/). Raises Invalid for an unpriced instance.
    """
    return Metered(tuple(_metered(step, book) for step in steps if step.billable_seconds))


def _metered(step: BuildStep, book: PriceBook) -> MeteredStep:
    price = book.price_of(step.kind, step.instance_type)
    seconds = step.billable_seconds * step.instance_count
    amount = Decimal(seconds) * price.hourly / _SECONDS_AN_HOUR
    return MeteredStep(step.name, seconds, price, amount.quantize(_PLACES))
