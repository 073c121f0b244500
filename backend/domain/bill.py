"""Responsible for a month's lines by plan and usage: what is billed, and what revenue is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction

from backend.domain.cost import ZERO
from backend.domain.exact import exact_difference, exact_sum, split_exactly
from backend.domain.month import days_of
from backend.domain.plan import Plan
from backend.domain.plan_book import PlanBook
from backend.domain.rates import Rate, charge, written
from backend.domain.usage import MonthUsage, TierUsage

# All lines together: an invoice stays far below the 400 KB of a table's row with as many.
MOST_LINKED = 10_000
_NOWHERE = ""
_MINUTE = 60
_SHOWN = Decimal("0.0001")


class LineKind(StrEnum):
    FEE = "Fee"
    MINUTES = "Minutes"
    BUILDS = "Builds"
    MINIMUM = "Minimum"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """What is billed for one thing in one tier: US dollars, in whole cents.

    `quantity` is in `unit`s, minutes to four places though the amount is reckoned from whole
    seconds; `price` is the price list in words. `build_ids` are the builds behind it.
    """

    kind: LineKind
    tier: str
    text: str
    quantity: Decimal
    unit: str
    price: str
    amount: Decimal
    build_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Linked:
    """The builds that a line names, of how many there are."""

    build_ids: tuple[str, ...]
    of: int

    @property
    def words(self) -> str:
        named = len(self.build_ids)
        if named == self.of:
            return ""
        which = f"the first {named:,} of {self.of:,} builds are" if named else "no build is"
        return f"; {which} named, as an invoice names {MOST_LINKED:,} in all"


@dataclass(frozen=True, slots=True)
class _Share:
    """What of a plan falls to the tenant's days in the tier."""

    days: int
    of: int
    fee: Decimal
    minimum: Decimal
    seconds: int
    builds: int

    @property
    def words(self) -> str:
        return "" if self.days == self.of else f", {self.days} of {self.of} days"


def lines_of(
    usage: MonthUsage,
    days: Mapping[str, int],
    book: PlanBook,
    *,
    build_ids: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[InvoiceLine, ...]:
    """The month's lines, tier by tier: first those with days in the month, then those with usage.

    `days` are the tenant's UTC days in each tier (`days_by_tier`), `build_ids` the builds of each
    tier that ran, of which the invoice names MOST_LINKED at most. Raises NotFound for a tier
    without a plan.
    """
    used = {tier.tier: tier for tier in usage.tiers}
    tiers = [*days, *(tier for tier in used if tier not in days)]
    linked = _linked(tiers, build_ids or {})
    return tuple(
        line
        for tier in tiers
        for line in _of_tier(
            book.of(tier, usage.month),
            used.get(tier, TierUsage(tier)),
            _share(book.of(tier, usage.month), days, usage.month),
            linked[tier],
        )
    )


def revenue(usage: MonthUsage, days: Mapping[str, int], book: PlanBook) -> dict[str, Decimal]:
    """US dollars by tier that a month brings: the very figures of its invoice.

    Raises NotFound for a tier without a plan.
    """
    return by_tier(lines_of(usage, days, book))


def by_tier(lines: tuple[InvoiceLine, ...]) -> dict[str, Decimal]:
    """The sum of each tier's lines."""
    amounts: dict[str, list[Decimal]] = {}
    for line in lines:
        amounts.setdefault(line.tier, []).append(line.amount)
    return {tier: exact_sum(parts) for tier, parts in amounts.items()}


def _linked(tiers: Sequence[str], build_ids: Mapping[str, tuple[str, ...]]) -> dict[str, _Linked]:
    """Each tier's first builds, tier by tier, until as many are named as an invoice takes."""
    found, left = {}, MOST_LINKED
    for tier in tiers:
        whole = build_ids.get(tier, ())
        found[tier] = _Linked(whole[:left], len(whole))
        left -= len(found[tier].build_ids)
    return found


def _share(plan: Plan, days: Mapping[str, int], month: str) -> _Share:
    """The plan by the days: parts of one whole over all tiers are exactly the whole."""
    whole = days_of(month)
    length = (whole.until - whole.since).days
    away = length - sum(days.values())
    weights = {**{tier: Decimal(n) for tier, n in days.items()}, _NOWHERE: Decimal(away)}

    def part(amount: Decimal, places: int) -> Decimal:
        return split_exactly(amount, weights, places=places).get(plan.tier, ZERO)

    return _Share(
        days=days.get(plan.tier, 0),
        of=length,
        fee=part(plan.monthly_fee, 2),
        minimum=part(plan.minimum_spend, 2),
        seconds=int(part(Decimal(plan.included_minutes * _MINUTE), 0)),
        builds=int(part(Decimal(plan.included_builds), 0)),
    )


def _of_tier(plan: Plan, used: TierUsage, share: _Share, linked: _Linked) -> list[InvoiceLine]:
    lines = []
    if share.days and plan.monthly_fee:
        lines.append(_fee(plan, share))
    if used.ended:
        lines.append(_minutes(plan, used, share, linked))
    if used.builds:
        lines.append(_builds(plan, used, share))
    missing = exact_difference(share.minimum, exact_sum(line.amount for line in lines))
    if missing > 0:
        lines.append(_minimum(plan, share, missing))
    return lines


def _fee(plan: Plan, share: _Share) -> InvoiceLine:
    return InvoiceLine(
        LineKind.FEE,
        plan.tier,
        f"Monthly fee of the {plan.tier} tier{share.words}",
        Decimal(share.days),
        "day",
        f"{written(plan.monthly_fee)} USD a month",
        share.fee,
    )


def _minutes(plan: Plan, used: TierUsage, share: _Share, linked: _Linked) -> InvoiceLine:
    beyond = max(0, used.instance_seconds - share.seconds)
    told = (
        f"Build minutes in the {plan.tier} tier: {_in_minutes(used.instance_seconds)} used, "
        f"{_in_minutes(share.seconds)} included{share.words}{linked.words}"
    )
    line = _rated(plan, plan.minute_rate, Fraction(beyond, _MINUTE), "minute")
    return replace(line, kind=LineKind.MINUTES, text=told, build_ids=linked.build_ids)


def _builds(plan: Plan, used: TierUsage, share: _Share) -> InvoiceLine:
    beyond = max(0, used.builds - share.builds)
    told = (
        f"Succeeded builds in the {plan.tier} tier: {used.builds:,} built, "
        f"{share.builds:,} included{share.words}"
    )
    line = _rated(plan, plan.build_rate, Fraction(beyond), "build")
    return replace(line, kind=LineKind.BUILDS, text=told)


def _minimum(plan: Plan, share: _Share, missing: Decimal) -> InvoiceLine:
    return InvoiceLine(
        LineKind.MINIMUM,
        plan.tier,
        f"Up to the minimum spend of the {plan.tier} tier{share.words}",
        Decimal(share.days),
        "day",
        f"{written(plan.minimum_spend)} USD a month at least",
        missing,
    )


def _rated(plan: Plan, rate: Rate, quantity: Fraction, unit: str) -> InvoiceLine:
    """A line of usage, its kind and text still to be said; rounded here, once."""
    return InvoiceLine(
        kind=LineKind.BUILDS,
        tier=plan.tier,
        text="",
        quantity=_shown(quantity),
        unit=unit,
        price=rate.in_words(unit),
        amount=plan.rounding.to_cents(charge(rate, quantity)),
    )


def _in_minutes(seconds: int) -> str:
    """12 min 34 s."""
    minutes, rest = divmod(seconds, _MINUTE)
    if not minutes and rest:
        return f"{rest} s"
    return f"{minutes:,} min {rest:02} s" if rest else f"{minutes:,} min"


def _shown(quantity: Fraction) -> Decimal:
    exact = Decimal(quantity.numerator) / Decimal(quantity.denominator)
    return exact.quantize(_SHOWN, ROUND_HALF_EVEN).normalize() + ZERO
