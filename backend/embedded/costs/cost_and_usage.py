"""Responsible for GetCostAndUsage: what was spent by period, as a whole or in groups."""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.embedded.costs.bill import Source, text_of
from backend.embedded.costs.filters import DIMENSIONS
from backend.embedded.costs.pages import Place, paged
from backend.embedded.costs.periods import Period, checked_granularity, period_of, periods
from backend.embedded.costs.refusals import BadQuestion
from backend.embedded.costs.view import Books, View

METRICS = {
    "UnblendedCost": "USD",
    "AmortizedCost": "USD",
    "BlendedCost": "USD",
    "NetUnblendedCost": "USD",
    "NetAmortizedCost": "USD",
    "UsageQuantity": "N/A",
    "NormalizedUsageAmount": "N/A",
}

_MOST_GROUPS = 2
_NO_UNIT = "N/A"


@dataclass(frozen=True, slots=True)
class Grouping:
    """By a tag or by a dimension."""

    kind: str
    key: str

    def key_of(self, source: Source) -> str:
        """`key$value` for a tag, and `key$` where a line does not carry it."""
        if self.kind == "TAG":
            return f"{self.key}${source.tags.get(self.key, '')}"
        return source.dimensions[self.key]


@dataclass(slots=True)
class _Sum:
    unit: str
    cost: int = 0
    usage: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    """A period's total or one of its groups; no `sum` where a period has no group."""

    period: Period
    keys: Place = ()
    sum: _Sum | None = None


def cost_and_usage(request: Mapping[str, Any], books: Books) -> dict[str, Any]:
    """The answer; raises a CostRefusal."""
    whole = period_of(request["TimePeriod"], books.today)
    parts = periods(whole, checked_granularity(request["Granularity"]))
    metrics = _checked_metrics(request["Metrics"])
    groupings = _groupings(request.get("GroupBy") or [])
    view = books.seen_by(request.get("Filter"))

    def rows(after: Place) -> Iterator[tuple[Place, _Row]]:
        keys_of = functools.cache(lambda source: tuple(each.key_of(source) for each in groupings))
        for period in parts:
            begin = (period.start.isoformat(),)
            if begin >= after[:1]:
                for row in _rows(view, period, keys_of, grouped=bool(groupings)):
                    yield begin + row.keys, row

    page, token = paged(rows, request, "NextPageToken")
    results = _results(page, metrics, books.today, grouped=bool(groupings))
    answer: dict[str, Any] = {"ResultsByTime": results, "DimensionValueAttributes": []}
    if groupings:
        answer["GroupDefinitions"] = [{"Type": each.kind, "Key": each.key} for each in groupings]
    return answer | ({"NextPageToken": token} if token else {})


def _checked_metrics(asked: Sequence[str]) -> Sequence[str]:
    for metric in asked:
        if metric not in METRICS:
            raise BadQuestion(
                f"Metric {metric!r} is not available: use one of {', '.join(METRICS)}."
            )
    if not asked:
        raise BadQuestion("Metrics is empty: name at least one.")
    return asked


def _groupings(asked: Sequence[Mapping[str, str]]) -> tuple[Grouping, ...]:
    if len(asked) > _MOST_GROUPS:
        raise BadQuestion(f"GroupBy has {len(asked)} elements: at most {_MOST_GROUPS} are allowed.")
    return tuple(_grouping(group) for group in asked)


def _grouping(asked: Mapping[str, str]) -> Grouping:
    kind, key = asked.get("Type", ""), asked.get("Key", "")
    if (kind == "TAG" and key) or (kind == "DIMENSION" and key in DIMENSIONS):
        return Grouping(kind, key)
    raise BadQuestion(
        f"GroupBy {kind} {key!r} is not available: use a TAG, or a DIMENSION of "
        f"{', '.join(DIMENSIONS)}."
    )


def _rows(
    view: View, period: Period, keys_of: Callable[[Source], Place], *, grouped: bool
) -> Iterator[_Row]:
    """A period's groups in order of their keys, or its total."""
    sums: dict[Place, _Sum] = {} if grouped else {(): _Sum(_NO_UNIT)}
    for source, cost, usage in view.lines(period):
        keys = keys_of(source)
        total = sums.get(keys)
        if total is None:
            total = sums[keys] = _Sum(source.unit)
        elif total.unit != source.unit:
            total.unit = _NO_UNIT
        total.cost += cost
        total.usage += usage
    if not sums:
        yield _Row(period)
    for keys in sorted(sums):
        yield _Row(period, keys, sums[keys])


def _measured(metric: str, total: _Sum) -> dict[str, str]:
    if metric == "UsageQuantity":
        return {"Amount": text_of(total.usage), "Unit": total.unit}
    if metric == "NormalizedUsageAmount":
        # Only what instances of a size family can be reserved for is normalized: nothing here.
        return {"Amount": "0", "Unit": METRICS[metric]}
    return {"Amount": text_of(total.cost), "Unit": METRICS[metric]}


def _results(
    rows: Iterable[_Row], metrics: Sequence[str], today: date, *, grouped: bool
) -> list[dict[str, Any]]:
    """A page's rows by period: with groups there is no total, without groups no group."""
    results = []
    for period, of_period in itertools.groupby(rows, lambda row: row.period):
        measured = [
            (row.keys, {metric: _measured(metric, row.sum) for metric in metrics})
            for row in of_period
            if row.sum is not None
        ]
        groups = [{"Keys": list(keys), "Metrics": amounts} for keys, amounts in measured]
        total = {} if grouped else measured[0][1]
        results.append(_result(period, total, groups if grouped else [], today))
    return results


def _result(
    period: Period, total: dict[str, Any], groups: list[dict[str, Any]], today: date
) -> dict[str, Any]:
    return {
        "TimePeriod": period.as_json(),
        "Total": total,
        "Groups": groups,
        # A month's figures are open until the month is.
        "Estimated": period.end > today.replace(day=1),
    }
