"""Responsible for a tenant's budget: what is spent of it in a month, and how far that has come."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from backend.domain.build import Build
from backend.domain.cost import ZERO
from backend.domain.errors import Invalid
from backend.domain.exact import exact_sum, exponent_of
from backend.domain.month import month_of, name_of

WARNINGS = (50, 80, 100)  # per cent
MOST = Decimal(1_000_000_000)
_CENT = -2  # places
_KEPT = Decimal("1E-10")  # DynamoDB's numbers have 38 digits
# An index is read from one of several copies: what one has shown the next may not show yet.
_SETTLED = timedelta(hours=1)
_MOST_REMEMBERED = 50


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
class EndedBuild:
    """What a build that has ended cost by the meter, in US dollars."""

    build_id: str
    ended_at: datetime
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Spending:
    """What a tenant has spent in a UTC month, written 2026-11, as it was known at `as_of`.

    `metered` is what builds that ended cost by the meter; within a month it never falls. `billed`
    is what Cost Explorer had told when it was last read. Both are US dollars. `reached` is the
    largest of the WARNINGS it has come to, since `reached_at`. `last_ended` are builds that the
    index of ended builds may not show yet.
    """

    month: str
    metered: Decimal
    billed: Decimal
    as_of: datetime
    reached: int = 0
    reached_at: datetime | None = None
    last_ended: tuple[EndedBuild, ...] = ()

    @property
    def amount(self) -> Decimal:
        """The greater of meter and bill: a bill that lags hides nothing."""
        return max(self.metered, self.billed)


def spending_of(
    budget: Budget,
    before: Spending | None,
    *,
    shown: Iterable[Build],
    ended: Build | None = None,
    billed: Decimal | None,
    now: datetime,
) -> Spending:
    """This month's spending; `billed` None: what it was `before`, nothing in a new month.

    `shown` are the builds that the index shows, late and not always the same. So these and the one
    that has just `ended` are remembered for an hour, and for as long as it does not show them; of
    more than 50 those that it has shown are forgotten first, then the oldest. Whoever comes late,
    out of a month that is over, changes nothing.
    """
    month = month_of(now)
    if before is not None and before.month > month:
        return before
    known = before if before and before.month == month else Spending(month, ZERO, ZERO, now)
    told = _ended_in(month, shown)
    every = {each.build_id: each for each in known.last_ended}
    every |= _ended_in(month, [ended] if ended else []) | told
    metered = exact_sum(each.amount for each in every.values())
    metered = max(known.metered, metered.quantize(_KEPT))
    billed = known.billed if billed is None else billed.quantize(_KEPT)
    reached = budget.reached(max(metered, billed))
    since = known.reached_at if known.reached == reached else now
    last = _unsettled(every.values(), told, now=now)
    return Spending(month, metered, billed, now, reached, since if reached else None, last)


def over_budget(spent: Decimal, budget: Budget, month: str) -> str:
    """ "over budget: $12.40 of $10.00 in November"."""
    of = f"{_dollars(spent)} of {_dollars(budget.monthly)}"
    return f"over budget: {of} in {name_of(month)}"


def _ended_in(month: str, builds: Iterable[Build]) -> dict[str, EndedBuild]:
    """By id, the builds that ended in the month and have a price."""
    return {
        build.build_id: EndedBuild(build.build_id, build.ended_at, build.metered.amount)
        for build in builds
        if build.metered is not None
        and build.ended_at is not None
        and month_of(build.ended_at) == month
    }


def _unsettled(
    every: Iterable[EndedBuild], told: Container[str], *, now: datetime
) -> tuple[EndedBuild, ...]:
    """What the next look at the index may not show, at most so many; what it shows stands first."""
    kept = [each for each in every if each.build_id not in told or now - each.ended_at < _SETTLED]
    kept.sort(key=lambda each: (each.build_id not in told, each.ended_at, each.build_id))
    return tuple(kept[-_MOST_REMEMBERED:])


def _dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}"
