"""Responsible for a tenant's budget: what is spent of it in a month, and how far that has come."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from backend.domain.cost import ZERO
from backend.domain.errors import Invalid
from backend.domain.exact import exponent_of
from backend.domain.month import month_of, name_of

WARNINGS = (50, 80, 100)  # per cent
MOST = Decimal(1_000_000_000)
_CENT = -2  # places
_KEPT = Decimal("1E-10")  # DynamoDB's numbers have 38 digits


@dataclass(frozen=True, slots=True)
class Budget:
    """US dollars for each UTC month; `stops` keeps builds from starting once they are spent."""

    monthly: Decimal
    stops: bool = False

    def __str__(self) -> str:
        return f"{_dollars(self.monthly)} a month{', then no build starts' if self.stops else ''}"

    def checked(self) -> "Budget":
        """The budget itself; raises Invalid, with the remedy, for one that makes no sense."""
        told = f"{self.monthly:f}"
        if self.monthly <= 0:
            raise Invalid(
                f"A budget of {told} dollars is none: give more than 0, leave it empty for no "
                "budget, or pause the tenant to let none of its builds start."
            )
        if self.monthly > MOST:
            raise Invalid(f"A budget of {told} dollars is too large: give {MOST:,} at most.")
        if exponent_of(self.monthly) < _CENT:
            raise Invalid(f"A budget of {told} dollars has parts of a cent: give whole cents.")
        return self

    def reached(self, amount: Decimal) -> int:
        """The largest of the WARNINGS that so many dollars come to; 0 below all of them."""
        return max((each for each in WARNINGS if amount * 100 >= self.monthly * each), default=0)


@dataclass(frozen=True, slots=True)
class Spending:
    """What a tenant has spent in a UTC month, written 2026-11, as it was known at `as_of`.

    `amount` is the greater of what the meter says and what is billed, in US dollars: a bill that
    lags hides nothing. `billed` is what Cost Explorer had told when it was last read. `reached` is
    the largest of the WARNINGS it has come to, since `reached_at`.
    """

    month: str
    amount: Decimal
    billed: Decimal
    as_of: datetime
    reached: int = 0
    reached_at: datetime | None = None


def spending_of(
    budget: Budget,
    before: Spending | None,
    *,
    metered: Decimal,
    billed: Decimal | None,
    now: datetime,
) -> Spending:
    """This month's spending; `billed` None: what it was `before`, nothing in a new month."""
    month = month_of(now)
    known = before if before is not None and before.month == month else None
    if billed is None:
        billed = known.billed if known else ZERO
    amount = max(metered, billed).quantize(_KEPT)
    reached = budget.reached(amount)
    since = known.reached_at if known and known.reached == reached else now
    return Spending(month, amount, billed.quantize(_KEPT), now, reached, since if reached else None)


def over_budget(spent: Decimal, budget: Budget, month: str) -> str:
    """ "over budget: $12.40 of $10.00 in November"."""
    of = f"{_dollars(spent)} of {_dollars(budget.monthly)}"
    return f"over budget: {of} in {name_of(month)}"


def _dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}"
