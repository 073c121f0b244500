"""Responsible for remembering which tag keys were activated when: a file replaced as a whole."""

import json
import os
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from backend.embedded.costs.activation import Activations, TagChange


class ActivationStore:
    """Changes made here, in the file, and those of `past`, which are not; safe between threads."""

    def __init__(self, file: Path, delay: timedelta, past: Sequence[TagChange] = ()) -> None:
        self._file = file
        self._delay = delay
        self._past = tuple(past)
        self._lock = threading.Lock()
        written = json.loads(file.read_bytes()) if file.exists() else []
        self._changes = tuple(_change(each) for each in written)

    def read(self) -> Activations:
        changes = sorted((*self._past, *self._changes), key=lambda change: change.at)
        return Activations(tuple(changes), self._delay)

    def set(self, key: str, *, active: bool, at: datetime) -> None:
        """Has no effect on a key that is so already, as in AWS."""
        with self._lock:
            if self.read().is_active(key) is active:
                return
            changes = (*self._changes, TagChange(key, active, at))
            draft = self._file.with_suffix(".draft")
            draft.write_text(json.dumps([_as_json(change) for change in changes]))
            os.replace(draft, self._file)
            self._changes = changes


def _change(written: dict[str, Any]) -> TagChange:
    at = datetime.fromisoformat(written["at"])
    return TagChange(written["key"], written["active"], at)


def _as_json(change: TagChange) -> dict[str, Any]:
    return {"key": change.key, "active": change.active, "at": change.at.isoformat()}
