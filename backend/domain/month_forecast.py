"""Responsible for what a month will have cost: what is spent, and what its days to come add."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from backend.domain.cost import ZERO
from backend.domain.exact import exact_sum, exponent_of, nearest
from backend.domain.month import first_of_month

TRAILING = 28  # days, four of each weekday
ENOUGH_FOR_RANGE = 7
ENOUGH_FOR_WEEKDAYS = 14
_LIKELY = Fraction(128, 100)  # standard deviations to either side, which hold four cases of five
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """US dollars that the month, written 2026-11, comes to, and the range that holds 4 of 5 cases.

    `spent` is what is known of it so far, `basis` says what the days to come are expected from.
    """

    month: str
    spent: Decimal
    expected: Decimal
    low: Decimal
    high: Decimal
    basis: str


@dataclass(frozen=True, slots=True)
class _Usual:
    """What each weekday adds, from how many days that is known, and the variance around it.

    Without a mean of its own for each weekday, all have the same of `days`.
    """

    by_weekday: tuple[Fraction, ...]
    seen: tuple[int, ...] | None
    variance: Fraction
    days: int
    basis: str


def forecast_month(
    daily: Mapping[date, Decimal], *, month: date, complete_until: date
) -> MonthForecast | None:
    """The month of the day `month`; None before there is a full day of cost to go by.

    `daily` is cost by UTC day, from the first that had any; days it lacks cost nothing. From
    `complete_until` on a day's cost is not complete: it counts at least what is known of it.

    A day to come is expected to add the mean of the last 28 full days or, once there are two weeks
    of them, of their days of its weekday. The range is 1.28 standard deviations of the mean's
    prediction error (https://en.wikipedia.org/wiki/Prediction_interval), or with less than a week
    half of what is to come to twice of it. Credits count where they fall, and are expected no more.
    """
    first, last = month.replace(day=1), first_of_month(month, -1) - _DAY
    known = [amount for day, amount in daily.items() if first <= day <= last]
    spent = exact_sum(known)
    name = f"{month:%Y-%m}"
    if complete_until > last:
        return MonthForecast(name, spent, spent, spent, spent, "the month is over")
    usual = _usual(daily, complete_until)
    if usual is None:
        return None
    begin = max(first, complete_until)
    days = [begin + n * _DAY for n in range((last - begin).days + 1)]
    coming = sum((_to_come(usual, day, daily.get(day, ZERO)) for day in days), Fraction(0))
    low, high = _range(usual, coming, days)
    places = max(10, *(-exponent_of(amount) for amount in daily.values()))

    def in_all(more: Fraction) -> Decimal:
        return exact_sum((spent, nearest(more, places=places)))

    return MonthForecast(name, spent, in_all(coming), in_all(low), in_all(high), usual.basis)


def _usual(daily: Mapping[date, Decimal], complete_until: date) -> _Usual | None:
    """None without a full day; days with a credit tell nothing of what usage costs."""
    begun = min(daily, default=complete_until)
    first = max(begun, complete_until - TRAILING * _DAY)
    days = [first + n * _DAY for n in range((complete_until - first).days)]
    costs = ((day, Fraction(daily.get(day, ZERO))) for day in days)
    seen = [(day, cost) for day, cost in costs if cost >= 0]
    if not seen:
        return None
    by_weekday: dict[int, list[Fraction]] = {}
    for day, cost in seen:
        by_weekday.setdefault(day.weekday(), []).append(cost)
    days_seen = "the only full day so far" if len(seen) == 1 else f"the last {len(seen)} full days"
    if len(seen) >= ENOUGH_FOR_WEEKDAYS and all(len(by_weekday.get(w, ())) > 1 for w in range(7)):
        means = [_mean(by_weekday[weekday]) for weekday in range(7)]
        counts = tuple(len(by_weekday[weekday]) for weekday in range(7))
        return _Usual(
            tuple(means),
            counts,
            _variance(seen, means, taken=7),
            len(seen),
            f"the mean of each weekday in {days_seen}",
        )
    means = [_mean([cost for _, cost in seen])] * 7
    basis = days_seen if len(seen) == 1 else f"the mean of {days_seen}"
    return _Usual(tuple(means), None, _variance(seen, means, taken=1), len(seen), basis)


def _variance(
    seen: Sequence[tuple[date, Fraction]], means: Sequence[Fraction], *, taken: int
) -> Fraction:
    """`taken` is the number of means that the days themselves have told."""
    squares = [(cost - means[day.weekday()]) ** 2 for day, cost in seen]
    return sum(squares, Fraction(0)) / max(1, len(seen) - taken)


def _to_come(usual: _Usual, day: date, known: Decimal) -> Fraction:
    """What the day adds to what is known of it."""
    return max(Fraction(0), usual.by_weekday[day.weekday()] - max(Fraction(0), Fraction(known)))


def _range(usual: _Usual, coming: Fraction, days: Sequence[date]) -> tuple[Fraction, Fraction]:
    """Nothing that is to come is below zero."""
    if usual.days < ENOUGH_FOR_RANGE:
        return coming / 2, coming * 2
    if usual.seen is None:
        unsure = Fraction(len(days) ** 2, usual.days)
    else:
        to_come = Counter(day.weekday() for day in days)
        unsure = sum((Fraction(n**2, usual.seen[w]) for w, n in to_come.items()), Fraction(0))
    spread = _LIKELY * Fraction(math.sqrt(usual.variance * (len(days) + unsure)))
    return max(Fraction(0), coming - spread), coming + spread


def _mean(amounts: Sequence[Fraction]) -> Fraction:
    return sum(amounts, Fraction(0)) / len(amounts)
