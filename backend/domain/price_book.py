"""Responsible for prices with where they come from: AWS's list, or the shipped table instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from backend.domain.errors import Invalid
from backend.domain.prices import PRICES, listed_as

SHIPPED_TABLE = "the shipped table of us-east-1"
# List prices change a few times a year.
LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per instance and hour, and who says so."""

    hourly: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class PriceBook:
    """AWS's list prices by kind of job ("Training", "Processing") and instance type, as read.

    Empty, it answers from the shipped table; so it does for what the list does not name, and says
    so each time. `unread_because` says why the list could not be read the last time it was tried;
    the prices are then those read before, if any were.
    """

    region: str = ""
    read_at: datetime | None = None
    listed: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    unread_because: str = ""

    def is_stale(self, now: datetime) -> bool:
        """Whether the list is to be read: not yet read, or a week ago."""
        return self.read_at is None or now - self.read_at >= LASTS

    def unread(self, why: str) -> "PriceBook":
        return replace(self, unread_because=why)

    def price_of(self, kind: str, instance_type: str) -> Price:
        """Raises Invalid for an instance type that neither the list nor the table names."""
        listed = self.listed.get((listed_as(kind), instance_type))
        if listed is not None and self.read_at is not None:
            read = f"{self.read_at:%Y-%m-%d}"
            return Price(listed, f"AWS's price list of {self.region}, read {read}")
        if instance_type in PRICES:
            return Price(PRICES[instance_type], SHIPPED_TABLE)
        raise Invalid(
            f"Instance type {instance_type!r} has no price, neither in AWS's list nor in "
            f"{SHIPPED_TABLE}: choose another for the tier, or add it to the table."
        )
