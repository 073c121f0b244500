"""Responsible for cost allocation tags: which keys billing has seen, and which are activated."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from backend.embedded.costs.activation_store import ActivationStore
from backend.embedded.costs.pages import paged
from backend.embedded.costs.refusals import BadQuestion
from backend.embedded.costs.view import Books

_LISTED = 100
_KIND = "UserDefined"
_NOT_UPDATED = "Failed to update Cost Allocation Tag"
_NOT_FOUND = "TagKeysNotFoundException"


def cost_allocation_tags(request: Mapping[str, Any], books: Books) -> dict[str, Any]:
    """The keys that billed lines have carried: another one is not known yet."""
    found = [
        ((key,), tag)
        for key, used in sorted(books.keys_used().items())
        if _is_wanted(request, tag := _tag(key, used, books))
    ]
    limit = request.get("MaxResults") or _LISTED
    page, token = paged(lambda _: found, request, "NextToken", limit)
    return {"CostAllocationTags": page} | ({"NextToken": token} if token else {})


def update_status(
    request: Mapping[str, Any], books: Books, store: ActivationStore
) -> dict[str, Any]:
    """Activates and deactivates known keys, with an entry for each of the others.

    Raises BadQuestion where none is known, which AWS refuses as a whole.
    """
    known, entries = books.keys_used(), request["CostAllocationTagsStatus"]
    unknown = [entry["TagKey"] for entry in entries if entry["TagKey"] not in known]
    if len(unknown) == len(entries):
        raise BadQuestion(f"{_NOT_UPDATED}: Tag keys not found: {','.join(unknown)}")
    for entry in entries:
        if entry["TagKey"] in known:
            store.set(entry["TagKey"], active=entry["Status"] == "Active", at=books.now)
    return {
        "Errors": [
            {"TagKey": key, "Code": _NOT_FOUND, "Message": f"{_NOT_UPDATED}: {key}"}
            for key in unknown
        ]
    }


def _tag(key: str, used: date, books: Books) -> dict[str, str]:
    """With the day of the last change, where there was one, and the month of the last use."""
    last = books.activations.last_change(key)
    status = "Active" if last is not None and last.active else "Inactive"
    month = datetime(used.year, used.month, 1, tzinfo=UTC)
    tag = {"TagKey": key, "Type": _KIND, "Status": status, "LastUsedDate": _written(month)}
    return tag | ({"LastUpdatedDate": _written(last.at)} if last is not None else {})


def _is_wanted(request: Mapping[str, Any], tag: Mapping[str, str]) -> bool:
    return (
        tag["TagKey"] in request.get("TagKeys", (tag["TagKey"],))
        and tag["Status"] == request.get("Status", tag["Status"])
        and tag["Type"] == request.get("Type", tag["Type"])
    )


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
