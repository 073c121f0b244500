"""Responsible for Cost Explorer: what the jobs that really ran would have cost."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from backend.domain import naming
from backend.domain.errors import Invalid
from backend.embedded import clock
from backend.embedded.answers import JSON_TYPE, UNKNOWN_OPERATION, Answer, refused
from backend.embedded.costs.cost_lines import BilledJob, Line, lines_of
from backend.embedded.costs.cost_query import (
    DIMENSIONS,
    BadQuestion,
    Grouping,
    Period,
    checked_metrics,
    grouped,
    groupings_of,
    matching,
    measured,
    period_of,
    periods,
)

Jobs = Callable[[], Iterable[BilledJob]]
Request = Mapping[str, Any]

PAGE = 1000


class CostExplorer:
    """Answers from the jobs as they are when it is asked."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def answer(self, operation: str, body: bytes, _: str) -> Answer:
        """An answer in Cost Explorer's words to a request that fits its shape."""
        answers = {
            "GetCostAndUsage": _cost_and_usage,
            "GetTags": _tags,
            "GetDimensionValues": _dimension_values,
            "ListCostAllocationTags": _cost_allocation_tags,
        }
        if operation not in answers:
            return refused(UNKNOWN_OPERATION, f"The embedded cloud does not serve ce:{operation}.")
        try:
            lines = lines_of(self._jobs())
            found = answers[operation](json.loads(body or b"{}"), lines, clock.now().date())
        except BadQuestion as fault:
            return refused("ValidationException", str(fault))
        except _ForeignToken as fault:
            return refused("InvalidNextTokenException", str(fault))
        except Invalid as unpriced:
            return refused("DataUnavailableException", str(unpriced))
        return 200, {"Content-Type": JSON_TYPE}, json.dumps(found).encode()


class _ForeignToken(ValueError):
    """A page token of another question."""


def _cost_and_usage(request: Request, lines: Sequence[Line], today: date) -> dict[str, Any]:
    whole = period_of(request["TimePeriod"], today)
    metrics = checked_metrics(request["Metrics"])
    groupings = groupings_of(request.get("GroupBy") or [])
    chosen = matching(lines, request.get("Filter"))
    rows: list[tuple[Period, dict[str, Any]]] = []
    for period in periods(whole, request["Granularity"]):
        within = [line for line in chosen if period.start <= line.day < period.end]
        if groupings:
            rows += [(period, group) for group in _groups(within, groupings, metrics)]
        else:
            rows.append((period, {"Total": measured(within, metrics, one_unit=False)}))
    page, token = _page(rows, request, "NextPageToken")
    answer: dict[str, Any] = {
        "ResultsByTime": _results(page, today),
        "DimensionValueAttributes": [],
    }
    if groupings:
        answer["GroupDefinitions"] = [{"Type": each.kind, "Key": each.key} for each in groupings]
    return answer | ({"NextPageToken": token} if token else {})


def _groups(
    lines: Sequence[Line], groupings: Sequence[Grouping], metrics: Sequence[str]
) -> list[dict[str, Any]]:
    """One row a group, or one empty row: a period without cost is in the answer all the same."""
    one_unit = any(each.key == "USAGE_TYPE" for each in groupings)
    found: list[dict[str, Any]] = [
        {"Keys": list(keys), "Metrics": measured(members, metrics, one_unit=one_unit)}
        for keys, members in grouped(lines, groupings).items()
    ]
    return found or [{}]


def _results(rows: Iterable[tuple[Period, dict[str, Any]]], today: date) -> list[dict[str, Any]]:
    """A page's rows by period; with groups there is no total."""
    results: dict[Period, dict[str, Any]] = {}
    for period, row in rows:
        result = results.setdefault(period, _empty(period, row.get("Total", {}), today))
        if "Keys" in row:
            result["Groups"].append(row)
    return list(results.values())


def _empty(period: Period, total: dict[str, Any], today: date) -> dict[str, Any]:
    return {
        "TimePeriod": {"Start": period.start.isoformat(), "End": period.end.isoformat()},
        "Total": total,
        "Groups": [],
        # A month's figures are open until the month is.
        "Estimated": period.end > today.replace(day=1),
    }


def _tags(request: Request, lines: Sequence[Line], today: date) -> dict[str, Any]:
    """A key's values, the empty one for lines without it; or the keys there are."""
    chosen = _within(request, lines, today)
    key = request.get("TagKey")
    found = (
        {line.tags.get(key, "") for line in chosen}
        if key
        else {name for line in chosen for name in line.tags}
    )
    return _listed(request, sorted(found), "Tags")


def _dimension_values(request: Request, lines: Sequence[Line], today: date) -> dict[str, Any]:
    dimension = request["Dimension"]
    if dimension not in DIMENSIONS:
        raise BadQuestion(
            f"Dimension {dimension!r} is not available: use one of {', '.join(DIMENSIONS)}."
        )
    found = {line.dimensions[dimension] for line in _within(request, lines, today)}
    answer = _listed(request, sorted(found), "DimensionValues")
    values = [{"Value": value, "Attributes": {}} for value in answer["DimensionValues"]]
    return answer | {"DimensionValues": values}


def _cost_allocation_tags(request: Request, _: Sequence[Line], __: date) -> dict[str, Any]:
    """The tags this system allocates cost by; they are active from the start."""
    keys = request.get("TagKeys") or naming.COST_TAGS
    tags = [
        {"TagKey": key, "Type": "UserDefined", "Status": "Active"}
        for key in naming.COST_TAGS
        if key in keys
        and request.get("Status", "Active") == "Active"
        and request.get("Type", "UserDefined") == "UserDefined"
    ]
    page, token = _page(tags, request, "NextToken", request.get("MaxResults") or PAGE)
    return {"CostAllocationTags": page} | ({"NextToken": token} if token else {})


def _within(request: Request, lines: Sequence[Line], today: date) -> list[Line]:
    period = period_of(request["TimePeriod"], today)
    chosen = matching(lines, request.get("Filter"))
    return [line for line in chosen if period.start <= line.day < period.end]


def _listed(request: Request, values: Sequence[str], member: str) -> dict[str, Any]:
    text = request.get("SearchString", "")
    found = [value for value in values if text.lower() in value.lower()]
    limit = request.get("MaxResults") or PAGE
    page, token = _page(found, request, "NextPageToken", limit)
    sizes = {"ReturnSize": len(page), "TotalSize": len(found)}
    return {member: page} | sizes | ({"NextPageToken": token} if token else {})


def _page(
    rows: Sequence[Any], request: Request, member: str, limit: int = PAGE
) -> tuple[list[Any], str | None]:
    """A token belongs to one question: AWS refuses it with another."""
    question = json.dumps({k: v for k, v in request.items() if k != member}, sort_keys=True)
    mark = hashlib.sha256(question.encode()).hexdigest()[:16]
    given = request.get(member) or f"{mark}-0"
    known, _, start = given.partition("-")
    if known != mark or not start.isdecimal():
        raise _ForeignToken(f"{member} {given!r} belongs to another request.")
    end = int(start) + limit
    return list(rows[int(start) : end]), f"{mark}-{end}" if end < len(rows) else None
