"""Responsible for questions about cost: which lines, in which periods, in which groups."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from backend.embedded.costs.cost_lines import Line

METRICS = {
    "UnblendedCost": "USD",
    "AmortizedCost": "USD",
    "BlendedCost": "USD",
    "NetUnblendedCost": "USD",
    "NetAmortizedCost": "USD",
    "UsageQuantity": "N/A",
}
DIMENSIONS = ("SERVICE", "USAGE_TYPE", "REGION", "LINKED_ACCOUNT")

_MOST_GROUPS = 2
_MONTHS_KEPT = 14
_OPERATORS = ("And", "Or", "Not", "Dimensions", "Tags")


class BadQuestion(ValueError):
    """A question Cost Explorer refuses; says which part of it and why."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days of [start, end)."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Grouping:
    """By a tag or by a dimension."""

    kind: str
    key: str

    def key_of(self, line: Line) -> str:
        """`key$value` for a tag, and `key$` where a line does not carry it."""
        if self.kind == "TAG":
            return f"{self.key}${line.tags.get(self.key, '')}"
        return line.dimensions[self.key]


def period_of(asked: Mapping[str, str], today: date) -> Period:
    start, end = _day(asked["Start"]), _day(asked["End"])
    if start >= end:
        raise BadQuestion("Start date (and hour) should be before end date (and hour).")
    next_month = _month_after(today.replace(day=1))
    if end > next_month:
        raise BadQuestion(
            f"End date past the beginning of next month: {end} is after {next_month}."
        )
    oldest = _months_before(today.replace(day=1), _MONTHS_KEPT)
    if start < oldest:
        raise BadQuestion(
            f"You haven't enabled historical data beyond {_MONTHS_KEPT} months: {start} is before "
            f"{oldest}."
        )
    return Period(start, end)


def periods(whole: Period, granularity: str) -> list[Period]:
    """The days or the calendar months of a period, the first and the last month cut short."""
    if granularity not in ("DAILY", "MONTHLY"):
        raise BadQuestion(f"Granularity {granularity!r} is not available: use DAILY or MONTHLY.")
    found = []
    start = whole.start
    while start < whole.end:
        after = (
            start + timedelta(days=1)
            if granularity == "DAILY"
            else _month_after(start.replace(day=1))
        )
        found.append(Period(start, min(after, whole.end)))
        start = after
    return found


def groupings_of(asked: Sequence[Mapping[str, str]]) -> tuple[Grouping, ...]:
    if len(asked) > _MOST_GROUPS:
        raise BadQuestion(f"GroupBy has {len(asked)} elements: at most {_MOST_GROUPS} are allowed.")
    return tuple(_grouping(group) for group in asked)


def checked_metrics(asked: Sequence[str]) -> Sequence[str]:
    for metric in asked:
        if metric not in METRICS:
            raise BadQuestion(
                f"Metric {metric!r} is not available: use one of {', '.join(METRICS)}."
            )
    if not asked:
        raise BadQuestion("Metrics is empty: name at least one.")
    return asked


def matching(lines: Iterable[Line], expression: Mapping[str, Any] | None) -> list[Line]:
    """The lines a Filter lets through."""
    if not expression:
        return list(lines)
    _check(expression)
    return [line for line in lines if _matches(expression, line)]


def grouped(
    lines: Iterable[Line], groupings: Sequence[Grouping]
) -> dict[tuple[str, ...], list[Line]]:
    """The lines by their groups' keys, in the order of the keys."""
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        groups.setdefault(tuple(each.key_of(line) for each in groupings), []).append(line)
    return dict(sorted(groups.items()))


def measured(lines: Sequence[Line], metrics: Sequence[str], *, one_unit: bool) -> dict[str, Any]:
    """Amounts as texts; hours have a unit only where nothing else can be among them."""
    answer = {}
    for metric in metrics:
        if metric == "UsageQuantity":
            amount = sum((line.hours for line in lines), Decimal(0))
            unit = "Hrs" if one_unit else METRICS[metric]
        else:
            amount = sum((line.cost for line in lines), Decimal(0))
            unit = METRICS[metric]
        answer[metric] = {"Amount": _text(amount), "Unit": unit}
    return answer


def _text(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) == len("yyyy-mm-dd") else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> date:
    raise BadQuestion(f"Time {text} is invalid. Valid format is: yyyy-MM-dd.")


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _months_before(first: date, months: int) -> date:
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _grouping(asked: Mapping[str, str]) -> Grouping:
    kind, key = asked.get("Type", ""), asked.get("Key", "")
    if kind == "TAG" and key:
        return Grouping(kind, key)
    if kind == "DIMENSION" and key in DIMENSIONS:
        return Grouping(kind, key)
    raise BadQuestion(
        f"GroupBy {kind} {key!r} is not available: use a TAG, or a DIMENSION of "
        f"{', '.join(DIMENSIONS)}."
    )


def _check(expression: Mapping[str, Any]) -> None:
    """Every part of an expression, so that a fault shows even where no line would meet it."""
    named = [name for name in expression if expression[name] is not None]
    if len(named) != 1 or named[0] not in _OPERATORS:
        raise BadQuestion(
            f"A filter expression has exactly one of {', '.join(_OPERATORS)}; this one has "
            f"{', '.join(named) or 'none'}."
        )
    part = expression[named[0]]
    if named[0] in ("And", "Or"):
        for each in part:
            _check(each)
    elif named[0] == "Not":
        _check(part)
    else:
        _check_values(named[0], part)


def _check_values(operator: str, part: Mapping[str, Any]) -> None:
    key, options = part.get("Key"), part.get("MatchOptions") or ["EQUALS"]
    if operator == "Dimensions" and key not in DIMENSIONS:
        raise BadQuestion(
            f"Dimension {key!r} is not available: use one of {', '.join(DIMENSIONS)}."
        )
    if not key or (options != ["ABSENT"] and not part.get("Values")):
        raise BadQuestion(f"{operator} needs a Key and Values: it has {dict(part)}.")
    unknown = set(options) - set(_TESTS) - {"CASE_SENSITIVE", "CASE_INSENSITIVE", "ABSENT"}
    if unknown:
        raise BadQuestion(f"MatchOptions {min(unknown)!r} is not available.")


_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "STARTS_WITH": lambda value, wanted: value.startswith(wanted),
    "ENDS_WITH": lambda value, wanted: value.endswith(wanted),
    "CONTAINS": lambda value, wanted: wanted in value,
}


def _matches(expression: Mapping[str, Any], line: Line) -> bool:
    match dict(expression):
        case {"And": parts}:
            return all(_matches(part, line) for part in parts)
        case {"Or": parts}:
            return any(_matches(part, line) for part in parts)
        case {"Not": part}:
            return not _matches(part, line)
        case {"Tags": part}:
            return _has(line.tags.get(part["Key"], ""), part)
        case {"Dimensions": part}:
            return _has(line.dimensions[part["Key"]], part)
    return False


def _has(value: str, part: Mapping[str, Any]) -> bool:
    options = part.get("MatchOptions") or ["EQUALS"]
    if "ABSENT" in options:
        return not value
    test = _TESTS[next((option for option in options if option in _TESTS), "EQUALS")]
    wanted = list(part["Values"])
    if "CASE_INSENSITIVE" in options:
        value, wanted = value.lower(), [each.lower() for each in wanted]
    return any(test(value, each) for each in wanted)
