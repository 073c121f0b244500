"""Responsible for what the meter says of a build: each step's seconds, prices and dollars."""

from dataclasses import dataclass
from decimal import Decimal

from backend.domain.exact import exact_sum
from backend.domain.price_book import Price


@dataclass(frozen=True, slots=True)
class MeteredStep:
    """What one step's job cost by the meter, to ten places, so that sums of it are exact."""

    name: str
    instance_seconds: int
    price: Price
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MeteredStorage:
    """What the disks of one `kind` of job cost by the meter, at `gb_month` USD a GB and month."""

    kind: str
    gb_seconds: int
    gb_month: Decimal
    source: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Metered:
    """A build's estimate: US dollars before tax and discounts."""

    steps: tuple[MeteredStep, ...]
    storage: tuple[MeteredStorage, ...] = ()

    @property
    def amount(self) -> Decimal:
        steps = (step.amount for step in self.steps)
        return exact_sum((*steps, *(disks.amount for disks in self.storage)))

    @property
    def instance_seconds(self) -> int:
        return sum(step.instance_seconds for step in self.steps)

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the prices come from, each named once."""
        prices = (step.price.source for step in self.steps)
        return tuple(dict.fromkeys((*prices, *(disks.source for disks in self.storage))))
