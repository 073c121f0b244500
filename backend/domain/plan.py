"""Responsible for what a tier's tenants pay, and the plans a new deployment begins with."""

from dataclasses import dataclass, field
from decimal import Decimal

from backend.domain.cost import ZERO
from backend.domain.errors import Invalid
from backend.domain.month import checked_month, in_words
from backend.domain.rates import Band, Rate, RateKind, checked_amount, written
from backend.domain.rounding import Rounding

CURRENCY = "USD"
MOST_INCLUDED = 1_000_000_000
_CENT_PLACES = -2


@dataclass(frozen=True, slots=True)
class Plan:
    """What a tenant pays for a month in a tier, from the month `since` on.

    `since` is written 2026-11; empty, the plan has held from the beginning. `monthly_fee` and
    `minimum_spend` are US dollars a month, `minute_rate` is for build minutes (of each instance)
    beyond the included, `build_rate` for succeeded builds beyond the included.
    """

    tier: str
    since: str = ""
    currency: str = CURRENCY
    monthly_fee: Decimal = ZERO
    included_minutes: int = 0
    included_builds: int = 0
    minute_rate: Rate = field(default_factory=Rate)
    build_rate: Rate = field(default_factory=Rate)
    minimum_spend: Decimal = ZERO
    rounding: Rounding = Rounding.HALF_EVEN

    def checked(self) -> "Plan":
        """The plan itself; raises Invalid, with the remedy, for one that no bill can follow."""
        name = f"The plan of tier {self.tier!r}"
        if self.since:
            checked_month(self.since)
        if self.currency != CURRENCY:
            raise Invalid(
                f"{name} is in {self.currency!r}: cost is known in {CURRENCY} alone, and no "
                f"exchange rate is, so give {CURRENCY}."
            )
        for amount, what in (
            (self.monthly_fee, "monthly fee"),
            (self.minimum_spend, "minimum spend"),
        ):
            checked_amount(amount, f"{name}: the {what}")
            exponent = amount.as_tuple().exponent
            if isinstance(exponent, int) and exponent < _CENT_PLACES:
                raise Invalid(f"{name}: the {what} is {amount}: give whole cents.")
        for count, what in (
            (self.included_minutes, "minutes"),
            (self.included_builds, "builds"),
        ):
            if not 0 <= count <= MOST_INCLUDED:
                raise Invalid(f"{name} includes {count} {what}: give 0 to {MOST_INCLUDED:,}.")
        self.minute_rate.checked(f"{name}: the rate of build minutes")
        self.build_rate.checked(f"{name}: the rate of builds")
        return self

    @property
    def words(self) -> str:
        """All that the plan says, in one line."""
        return (
            f"{written(self.monthly_fee)} USD a month, {self.included_minutes:,} minutes and "
            f"{self.included_builds:,} builds included; minutes: "
            f"{self.minute_rate.in_words('minute')}; builds: {self.build_rate.in_words('build')}; "
            f"at least {written(self.minimum_spend)} USD a month; rounded {self.rounding.words}; "
            f"from {self.since_words}"
        )

    @property
    def since_words(self) -> str:
        return in_words(self.since) if self.since else "the beginning"


DEFAULT_PLANS: tuple[Plan, ...] = (
    Plan(
        tier="basic",
        monthly_fee=Decimal(29),
        included_minutes=300,
        included_builds=20,
        minute_rate=Rate.per_unit("0.02"),
        build_rate=Rate(RateKind.PACKAGE, (Band(rate=Decimal(5)),), package_size=Decimal(10)),
    ),
    Plan(
        tier="standard",
        monthly_fee=Decimal(149),
        included_minutes=3_000,
        included_builds=200,
        minute_rate=Rate(
            RateKind.GRADUATED,
            (Band(Decimal(10_000), Decimal("0.018")), Band(rate=Decimal("0.015"))),
        ),
        build_rate=Rate.per_unit("0.25"),
    ),
    Plan(
        tier="premium",
        monthly_fee=Decimal(499),
        included_minutes=15_000,
        included_builds=1_000,
        minute_rate=Rate(
            RateKind.VOLUME,
            (Band(Decimal(50_000), Decimal("0.015")), Band(rate=Decimal("0.012"))),
        ),
        build_rate=Rate.per_unit("0.10"),
        minimum_spend=Decimal(750),
    ),
)
