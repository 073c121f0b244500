"""Responsible for answering a list operation: its rows, their order, its page."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from moto.sagemaker.exceptions import ValidationError

Row = TypeVar("Row")

_DEFAULT = 100


def listed(
    asked: Any,
    member: str,
    rows: Sequence[Row],
    summary: Callable[[Row], dict[str, Any]],
    *,
    most: int = 100,
) -> dict[str, Any]:
    limit = asked._get_param("MaxResults") or most
    page, token = page_of(rows, asked._get_param("NextToken"), limit)
    return {member: [summary(row) for row in page], "NextToken": token}


def moment_in(asked: Any, member: str) -> datetime | None:
    """Times travel as seconds or as texts; moto hands on either the number or a naive time."""
    given = asked._get_param(member)
    if given is None:
        return None
    if isinstance(given, datetime):
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given
    return datetime.fromtimestamp(float(given), UTC)


def chosen_rows(asked: Any, rows: Sequence[Any], name: str, *, prefix: str = "") -> list[Any]:
    """The rows a list operation asks for, in the order it asks for.

    `name` is the attribute that holds a row's name, `prefix` the request's member for its start.
    """
    text = asked._get_param("NameContains", "")
    start = asked._get_param(prefix, "") if prefix else ""
    after = moment_in(asked, "CreationTimeAfter") or moment_in(asked, "CreatedAfter")
    before = moment_in(asked, "CreationTimeBefore") or moment_in(asked, "CreatedBefore")
    chosen = [
        row
        for row in rows
        if text in getattr(row, name)
        and getattr(row, name).startswith(start)
        and (after is None or row.creation_time.replace(tzinfo=UTC) > after)
        and (before is None or row.creation_time.replace(tzinfo=UTC) < before)
    ]
    by_name = asked._get_param("SortBy") == "Name"
    default = "Descending" if prefix else "Ascending"
    return sorted(
        chosen,
        key=lambda row: getattr(row, name if by_name else "creation_time"),
        reverse=asked._get_param("SortOrder", default) == "Descending",
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
