"""Responsible for days whose cost is out of the ordinary, against the 28 full days before them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from backend.domain.cost import ZERO

TRAILING = 28  # days, four of each weekday
ENOUGH = 7  # full days of its own before a service's cost is judged
_WEEK = 7
_WEEKS_TO_COMPARE = 3
_FEW = 2
_ONE = 1000  # factors are whole thousandths
# Times the median absolute deviation: a normal distribution's standard deviation.
# https://en.wikipedia.org/wiki/Median_absolute_deviation
_DEVIATION = Decimal("1.4826")
_PLACES = 6  # judged are whole millionths of a dollar: exact, and quick to order

Series = Mapping[tuple[str, str], Mapping[date, Decimal]]


class Kind(StrEnum):
    HIGH = "High"
    LOW = "Low"
    NEW = "New"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How far from the expected a day may be: an anomaly is farther by every measure.

    `spread` standard deviations, as the median absolute deviation tells them; `times` the expected
    (or a part of it so small), and so many times the second largest deviation before; `floor` US
    dollars.
    """

    spread: Decimal = Decimal(6)
    times: Decimal = Decimal(2)
    floor: Decimal = Decimal(1)


USUAL = Sensitivity()


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One UTC day of one owner's service, in US dollars, beyond its threshold."""

    day: date
    tenant_id: str
    service: str
    kind: Kind
    amount: Decimal
    expected: Decimal
    threshold: Decimal


@dataclass(frozen=True, slots=True)
class _Found:
    at: int
    kind: Kind
    expected: int
    threshold: int


def anomalies(
    series: Series,
    *,
    since: date,
    until: date,
    complete_until: date,
    sensitivity: Sensitivity = USUAL,
) -> list[Anomaly]:
    """Those among the days of [since, until), the latest day first, then the farthest off.

    `series` is cost by UTC day of each owner and service; days it lacks cost nothing. Expected is
    the median of the trailing days, or of those of the same weekday where that explains at least
    half of how they differ. Days from `complete_until` on are still growing: they can only be too
    high, and nothing is measured by them. A cost that begins a week or more after the first of all,
    or again after four weeks without any, is new; the days after it are judged after a week.
    """
    known_since = min((min(daily) for daily in series.values() if daily), default=since)
    found = []
    for (owner, service), daily in series.items():
        begun = min((day for day, amount in daily.items() if amount), default=until)
        costs = _Costs(
            _in_units(daily, begun, until),
            full=max(0, (complete_until - begun).days),
            newcomer=(begun - known_since).days >= ENOUGH,
            sensitivity=sensitivity,
        )
        for one in costs.judged(max(0, (since - begun).days)):
            day = begun + timedelta(days=one.at)
            amount = daily.get(day, ZERO)
            expected, threshold = _dollars(one.expected), _dollars(one.threshold)
            found.append(Anomaly(day, owner, service, one.kind, amount, expected, threshold))
    return sorted(found, key=lambda one: (one.day, abs(one.amount - one.expected)), reverse=True)


class _Costs:
    """One service's days from the first that cost anything, in units; the first `full` are over."""

    def __init__(
        self, units: Sequence[int], *, full: int, newcomer: bool, sensitivity: Sensitivity
    ) -> None:
        self._units, self._full, self._newcomer = units, full, newcomer
        self._floor = _units(sensitivity.floor)
        self._times = int(sensitivity.times * _ONE)
        self._spread = int(sensitivity.spread * _DEVIATION * _ONE)

    def judged(self, since: int) -> Iterator[_Found]:
        for at in range(since, len(self._units)):
            found = self._compared(at) if at else self._begun()
            if found is not None:
                yield found

    def _begun(self) -> _Found | None:
        if self._newcomer and self._units[0] > self._floor:
            return _Found(0, Kind.NEW, 0, self._floor)
        return None

    def _compared(self, at: int) -> _Found | None:
        first, last = max(0, at - TRAILING), min(at, self._full)
        if last - first < ENOUGH:
            return None
        amount, past = self._units[at], self._units[first:last]
        usual, same_weekday = _median(past), past[(at - first) % _WEEK :: _WEEK]
        # Most days end here, whichever of the two will turn out to be what is expected.
        if self._near(amount, usual) and self._near(amount, _median(same_weekday)):
            return None
        if not any(past):
            return _Found(at, Kind.NEW, 0, self._floor) if amount > self._floor else None
        expected, deviations = _expected(past, usual, at - first)
        if amount > expected:
            if sum(map(bool, past)) <= _FEW:  # what they cost is all that is known, and not much
                deviations += [max(deviations) * self._times // _ONE] * 2
            most = max(expected + self._margin(deviations), expected * self._times // _ONE)
            return _Found(at, Kind.HIGH, expected, most) if amount > most else None
        if at >= self._full:
            return None
        below = self._margin([-deviation for deviation in deviations])
        least = min(expected - below, expected * _ONE // self._times)
        return _Found(at, Kind.LOW, expected, least) if amount < least else None

    def _near(self, amount: int, usual: int) -> bool:
        if abs(amount - usual) <= self._floor:
            return True
        return usual * _ONE <= amount * self._times and amount * _ONE <= usual * self._times

    def _margin(self, deviations: Sequence[int]) -> int:
        """The largest deviation may have been an anomaly itself; the second largest is none."""
        typical = _median([abs(deviation) for deviation in deviations])
        second = sorted(deviations)[-2]
        return max(self._floor, typical * self._spread // _ONE, second * self._times // _ONE)


def _expected(past: Sequence[int], usual: int, at: int) -> tuple[int, list[int]]:
    """What the day `at` should cost, counted as `past` is, and how the past ones differ from that.

    Weekdays are looked at apart where that leaves no more than half of the differences.
    """
    plain = [amount - usual for amount in past]
    if len(past) < _WEEKS_TO_COMPARE * _WEEK:
        return usual, plain
    medians = [_median(past[weekday::_WEEK]) for weekday in range(_WEEK)]
    apart = [amount - medians[n % _WEEK] for n, amount in enumerate(past)]
    if 2 * sum(map(abs, apart)) <= sum(map(abs, plain)):
        return medians[at % _WEEK], apart
    return usual, plain


def _median(units: Sequence[int]) -> int:
    ordered, half = sorted(units), len(units) // 2
    return ordered[half] if len(units) % 2 else (ordered[half - 1] + ordered[half]) // 2


def _in_units(daily: Mapping[date, Decimal], since: date, until: date) -> list[int]:
    units = [0] * max(0, (until - since).days)
    first = since.toordinal()
    for day, amount in daily.items():
        at = day.toordinal() - first
        if 0 <= at < len(units):
            units[at] = _units(amount)
    return units


def _units(amount: Decimal) -> int:
    return int(amount.scaleb(_PLACES))


def _dollars(units: int) -> Decimal:
    return Decimal(units).scaleb(-_PLACES)
