"""Responsible for answering a list operation: its page, and what times in its filters mean."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from backend.embedded.lists import page_of

Row = TypeVar("Row")


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
