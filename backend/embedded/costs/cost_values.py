"""Responsible for GetTags and GetDimensionValues: what there is to group and to filter by."""

from collections.abc import Iterable, Mapping
from typing import Any

from backend.embedded.costs.bill import Source
from backend.embedded.costs.filters import checked_dimension
from backend.embedded.costs.pages import paged
from backend.embedded.costs.periods import period_of
from backend.embedded.costs.view import Books

Request = Mapping[str, Any]


def tags(request: Request, books: Books) -> dict[str, Any]:
    """A key's values, the empty one for lines without it; or the keys there are."""
    key, sources = request.get("TagKey"), _sources(request, books)
    if key:
        return _listed(request, {source.tags.get(key, "") for source in sources}, "Tags")
    return _listed(request, {name for source in sources for name in source.tags}, "Tags")


def dimension_values(request: Request, books: Books) -> dict[str, Any]:
    """A dimension's values; none of ours has attributes."""
    dimension = checked_dimension(request["Dimension"])
    found = {source.dimensions[dimension] for source in _sources(request, books)}
    answer = _listed(request, found, "DimensionValues")
    values = [{"Value": value, "Attributes": {}} for value in answer["DimensionValues"]]
    return answer | {"DimensionValues": values}


def _sources(request: Request, books: Books) -> set[Source]:
    period = period_of(request["TimePeriod"], books.today)
    lines = books.seen_by(request.get("Filter")).lines(period)
    return {source for source, _, _ in lines}


def _listed(request: Request, values: Iterable[str], member: str) -> dict[str, Any]:
    text = request.get("SearchString", "").lower()
    found = [((value,), value) for value in sorted(values) if text in value.lower()]
    page, token = paged(lambda _: found, request, "NextPageToken", request.get("MaxResults"))
    sizes = {"ReturnSize": len(page), "TotalSize": len(found)}
    return {member: page} | sizes | ({"NextPageToken": token} if token else {})
