"""Responsible for counting AWS calls by purpose: how many, their CPU, and what rows they read."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3

from backend.domain import naming

_INDEX, _BEGAN = "benchmark-index", "benchmark-began"


@dataclass
class Calls:
    """What was called for one purpose; `rows` are those of the waiting index."""

    operations: Counter[str] = field(default_factory=Counter)
    cpu_s: float = 0.0
    rows: int = 0

    @property
    def made(self) -> int:
        return self.operations.total()


class AwsCalls:
    """Counts from boto3's own events, which every client of a watched session emits."""

    def __init__(self) -> None:
        self._of: defaultdict[str, Calls] = defaultdict(Calls)
        self._purpose = ""

    def watched(self, session: boto3.Session) -> boto3.Session:
        """The session itself; to be given before its clients are made."""
        session.events.register_first("provide-client-params", self._begin)
        session.events.register_last("after-call", self._end)
        return session

    def count(self, operation: str) -> None:
        """Counts a call that nobody sends, as it is simulated."""
        self._of[self._purpose].operations[operation] += 1

    def of(self, purpose: str) -> Calls:
        return self._of[purpose]

    @property
    def purpose(self) -> str:
        """What is called just now serves this."""
        return self._purpose

    @contextmanager
    def during(self, purpose: str) -> Iterator[Calls]:
        """What is called in the block serves this purpose; gives all that is counted of it."""
        before, self._purpose = self._purpose, purpose
        try:
            yield self._of[purpose]
        finally:
            self._purpose = before

    def _begin(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[_BEGAN] = time.process_time()
        context[_INDEX] = params.get("IndexName")

    def _end(self, model: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        calls = self._of[self._purpose]
        calls.operations[model.name] += 1
        calls.cpu_s += time.process_time() - context[_BEGAN]
        if context[_INDEX] == naming.WAITING_INDEX:
            # Rows read, not rows returned: DynamoDB may filter what it has read.
            calls.rows += int(parsed["ScannedCount"])
