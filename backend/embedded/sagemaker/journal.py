"""Responsible for what moto would forget: changes of its state, written down and made again."""

import json
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moto.core.utils import utcnow
from moto.sagemaker import models

from backend.embedded import clock
from backend.embedded.answers import Answer
from backend.embedded.forwarding import Perform

# Executions and jobs are kept by the executor; these change what moto keeps.
CHANGES = frozenset(
    {
        "CreatePipeline", "UpdatePipeline", "DeletePipeline",
        "CreateModelPackageGroup", "DeleteModelPackageGroup",
        "CreateModelPackage", "UpdateModelPackage", "DeleteModelPackage",
        "AddTags", "DeleteTags",
    }
)  # fmt: skip

_TAGGED = re.compile(r":(pipeline|model-package|model-package-group)/")
_LOG = logging.getLogger("embedded.journal")
_OK = 200
_as_of: ContextVar[datetime | None] = ContextVar("as_of", default=None)


class Journal:
    """One JSON line a change, in the order they were made; nothing is executed from the file."""

    def __init__(self, file: Path, perform: Perform) -> None:
        self._file = file
        self._perform = perform
        self._lock = threading.Lock()
        vars(models)["utcnow"] = moto_now

    def performed(self, operation: str, body: bytes, region: str) -> Answer:
        """The answer; one change at a time, on disk before its sender hears of it."""
        request = json.loads(body or b"{}")
        if not is_kept(operation, request):
            return self._perform(operation, body, region)
        at = clock.now()
        with self._lock, _time(at):
            answer = self._perform(operation, body, region)
            if answer[0] == _OK:
                self._append(at, operation, request, region)
        return answer

    def replay(self) -> None:
        """Makes every change again, each at its own time."""
        for line in self._lines():
            body = json.dumps(line["request"]).encode()
            with _time(datetime.fromisoformat(line["at"])):
                status, _, answer = self._perform(line["operation"], body, line["region"])
            if status != _OK:
                _LOG.warning("%s of %s was refused: %s", line["operation"], line["at"], answer)

    def _append(self, at: datetime, operation: str, request: Any, region: str) -> None:
        line = {
            "at": at.isoformat(), "region": region, "operation": operation, "request": request,
        }  # fmt: skip
        with self._file.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _lines(self) -> Iterator[dict[str, Any]]:
        """A last line cut off by a crash was never answered, so it goes."""
        if not self._file.exists():
            return
        whole, _, torn = self._file.read_text().rpartition("\n")
        if torn:
            self._file.write_text(f"{whole}\n" if whole else "")
        for text in whole.splitlines():
            yield json.loads(text)


def is_kept(operation: str, request: Mapping[str, Any]) -> bool:
    """Whether the request changes what moto keeps; a job's tags are with the job."""
    tagged = request.get("ResourceArn")
    return operation in CHANGES and (tagged is None or bool(_TAGGED.search(tagged)))


@contextmanager
def _time(at: datetime) -> Iterator[None]:
    token = _as_of.set(at)
    try:
        yield
    finally:
        _as_of.reset(token)


def moto_now() -> datetime:
    """What moto takes for the time, which has no zone: that of the change being made, or of day."""
    at = _as_of.get()
    return at.astimezone(UTC).replace(tzinfo=None) if at else utcnow()
