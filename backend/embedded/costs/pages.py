"""Responsible for answers in pages: a token belongs to one question and to a place in its order."""

import base64
import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from backend.embedded.costs.refusals import ForeignToken

# AWS tells no size of its pages.
PAGE = 5000

Place = tuple[str, ...]
"""What rows are in order by. The next page begins behind the last one's last place, so nothing is
there twice, and nothing is left out, when rows join meanwhile."""

Row = TypeVar("Row")
Rows = Callable[[Place], Iterable[tuple[Place, Row]]]
"""The rows in order; those up to the place it is given may be left out."""


def paged(
    rows: Rows[Row], request: Mapping[str, Any], member: str, limit: int | None = None
) -> tuple[list[Row], str | None]:
    """A page of rows and the next one's token; raises ForeignToken for one of another question."""
    limit = limit or PAGE
    question = json.dumps({k: v for k, v in request.items() if k != member}, sort_keys=True)
    mark = hashlib.sha256(question.encode()).hexdigest()[:16]
    after = _place(mark, member, request.get(member))
    left = ((place, row) for place, row in rows(after) if place > after)
    found = list(itertools.islice(left, limit + 1))
    page = [row for _, row in found[:limit]]
    return page, _token(mark, found[limit - 1][0]) if len(found) > limit else None


def _token(mark: str, place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps([mark, *place]).encode()).decode()


def _place(mark: str, member: str, token: str | None) -> Place:
    if not token:
        return ()
    try:
        of, *place = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError):
        of, place = None, []
    if of != mark:
        raise ForeignToken(f"{member} {token!r} belongs to another request.")
    return tuple(map(str, place))
