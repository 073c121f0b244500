"""Responsible for records that outlive the cloud: one JSON file each, replaced as a whole."""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from backend.embedded.faults import Closed


class Named(Protocol):
    @property
    def arn(self) -> str: ...


Record = TypeVar("Record", bound=Named)


class RecordStore(Generic[Record]):
    """Records by ARN; safe to share between threads, as a record never changes in place."""

    def __init__(
        self,
        folder: Path,
        as_json: Callable[[Record], dict[str, Any]],
        from_json: Callable[[Mapping[str, Any]], Record],
    ) -> None:
        self._folder = folder
        self._as_json = as_json
        self._lock = threading.Lock()
        self._closed = False
        folder.mkdir(parents=True, exist_ok=True)
        read = (from_json(json.loads(file.read_bytes())) for file in folder.glob("*.json"))
        self._records = {record.arn: record for record in read}

    def all(self) -> list[Record]:
        with self._lock:
            return list(self._records.values())

    def find(self, arn: str) -> Record | None:
        return self._records.get(arn)

    def __getitem__(self, arn: str) -> Record:
        return self._records[arn]

    def put(self, record: Record) -> None:
        with self._lock:
            self._write(record)

    def change(self, arn: str, change: Callable[[Record], Record]) -> tuple[Record, Record]:
        """Writes what `change` makes of the record; returns it as it was and as it is.

        Nobody else changes the record meanwhile, and an exception of `change` leaves it alone.
        """
        with self._lock:
            before = self._records[arn]
            after = change(before)
            self._write(after)
            return before, after

    def close(self) -> None:
        """After this nothing is written: who tries is told by Closed."""
        with self._lock:
            self._closed = True

    def _write(self, record: Record) -> None:
        if self._closed:
            raise Closed(f"{record.arn} is not written: the embedded cloud is shutting down.")
        file = self._folder / f"{hashlib.sha256(record.arn.encode()).hexdigest()[:32]}.json"
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(self._as_json(record), default=_text_of))
        os.replace(draft, file)
        self._records[record.arn] = record


def _text_of(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written as JSON.")
