"""Responsible for SageMaker's lists: which rows, in which order, and on which page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from moto.sagemaker.exceptions import ValidationError

Row = TypeVar("Row")

_DEFAULT = 100


def chosen_rows(response: Any, rows: Sequence[Any], name: str, *, prefix: str = "") -> list[Any]:
    """The rows a list operation asks for, in the order it asks for.

    `name` is the attribute that holds a row's name, `prefix` the request's member for its start.
    """
    text = response._get_param("NameContains", "")
    start = response._get_param(prefix, "") if prefix else ""
    after = _time(response, "CreationTimeAfter", "CreatedAfter")
    before = _time(response, "CreationTimeBefore", "CreatedBefore")
    chosen = [
        row
        for row in rows
        if text in getattr(row, name)
        and getattr(row, name).startswith(start)
        and (after is None or row.creation_time > after)
        and (before is None or row.creation_time < before)
    ]
    by_name = response._get_param("SortBy") == "Name"
    default = "Descending" if prefix else "Ascending"
    return sorted(
        chosen,
        key=lambda row: getattr(row, name if by_name else "creation_time"),
        reverse=response._get_param("SortOrder", default) == "Descending",
    )


def page_of(
    rows: Sequence[Row], token: str | None, limit: int | None
) -> tuple[Sequence[Row], str | None]:
    """The page a token asks for, and the token of the page after it, if there is one."""
    if token is not None and not (token.isdecimal() and int(token) < len(rows)):
        raise ValidationError(f"Invalid pagination token: {token!r} belongs to another list.")
    start = int(token or 0)
    end = start + (limit or _DEFAULT)
    return rows[start:end], str(end) if end < len(rows) else None


def _time(response: Any, *members: str) -> datetime | None:
    """moto keeps its times in UTC without saying so."""
    for member in members:
        at: datetime | None = response._get_param(member)
        if at is not None:
            return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return None
