"""Responsible for past builds as far as their times and meters tell: few attributes of a row."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from boto3.dynamodb.conditions import Key

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.domain import naming
from backend.domain.build import BuildState
from backend.domain.durations import Run

_STATES = (
    BuildState.EXECUTING,
    BuildState.SUCCEEDED,
    BuildState.FAILED,
    BuildState.STOPPED,
)
_PAGE = 250
# `state` and `size` are reserved words, which an expression may name by a placeholder alone.
_NAMES = {"#state": "state", "#size": "size"}
_ATTRIBUTES = (
    "tenant_id, build_id, tier, #state, requested_at, started_at, ended_at, "
    "upload.#size, choices.algorithm, choices.tuned, metered"
)


class RunHistory:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def since(self, at: datetime, *, limit: int = 1000) -> list[Run]:
        """The newest builds requested at `at` or later that execute or have ended, newest first."""
        newest_first = heapq.merge(
            *(self._of(state, at, page=min(limit, _PAGE)) for state in _STATES),
            key=lambda run: run.requested_at,
            reverse=True,
        )
        return list(islice(newest_first, limit))

    def _of(self, state: BuildState, at: datetime, *, page: int) -> Iterator[Run]:
        """Reads a page only when the one before is used up."""
        query: dict[str, Any] = {
            "IndexName": naming.BY_STATE_INDEX,
            "KeyConditionExpression": Key("state").eq(state.value)
            & Key("requested_at").gte(to_row(at)),
            "ProjectionExpression": _ATTRIBUTES,
            "ExpressionAttributeNames": _NAMES,
            "ScanIndexForward": False,
            "Limit": page,
        }
        table = self._session.table(naming.BUILDS_TABLE)
        while True:
            answer = table.query(**query)
            yield from (_run(row) for row in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _run(row: dict[str, Any]) -> Run:
    return from_row(Run, row | row["upload"] | row["choices"])
