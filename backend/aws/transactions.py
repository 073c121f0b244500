"""Responsible for writes that happen all together or not at all."""

import random
import time
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from backend.aws.session import AwsSession
from backend.aws.translate import code_of, translated
from backend.domain.errors import Conflict, Unavailable

_TRIES, _PAUSE_SECONDS = 8, 0.02
_FAILED, _UNDER_WAY = "ConditionalCheckFailed", "TransactionConflict"


class Contested(Conflict):
    """Somebody else has changed a row first; `parts` are the writes whose condition failed.

    None of them is named when the other's write is still under way.
    """

    def __init__(self, parts: frozenset[int]) -> None:
        super().__init__("Somebody else has changed this at the same moment: look again.")
        self.parts = parts


def write_together(session: AwsSession, writes: Sequence[dict[str, Any]]) -> None:
    """Up to 100 Put, Update, Delete or ConditionCheck; raises Contested when one's condition fails.

    Rows are given as boto3's table resource takes them.
    """
    client = session.table("any").meta.client
    try:
        with translated():
            client.transact_write_items(TransactItems=list(writes))
    except ClientError as refusal:
        if code_of(refusal) != "TransactionCanceledException":
            raise
        reasons = [reason.get("Code") for reason in refusal.response["CancellationReasons"]]
        if not {_FAILED, _UNDER_WAY} & set(reasons):
            raise
        parts = frozenset(n for n, code in enumerate(reasons) if code == _FAILED)
        raise Contested(parts) from refusal


def write_once_undisturbed(session: AwsSession, writes: Sequence[dict[str, Any]]) -> None:
    """The same, again and again while others write these rows.

    Raises Contested when a condition fails, and Unavailable when the others do not leave off.
    """
    for attempt in range(_TRIES):
        try:
            return write_together(session, writes)
        except Contested as contested:
            if contested.parts:
                raise
        let_others_finish(attempt)
    raise Unavailable("Others keep changing the same rows: try again in a moment.")


def let_others_finish(attempt: int) -> None:
    """Waits a moment, at most twice as long at each attempt; the first one is number 0."""
    time.sleep(random.uniform(0, _PAUSE_SECONDS * 2**attempt))  # noqa: S311 - no secret
