"""Responsible for killing a process, or holding it up, before or after any call of AWS.

A step boundary is told by who was at work, what AWS was called for, and the side of the call. After
the call AWS has done what was asked, and the caller has not heard of it.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Collection
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from types import FrameType
from typing import Any

from demo.cloud import ROOT

_ADAPTERS = str(ROOT / "backend" / "aws")
_LONGEST_STALL_SECONDS = 1.0
_EVENTS = {"before-call": "before", "after-call": "after"}


class CrashPoints:
    """Kills its own process by chance, and for certain at a boundary where none was killed yet.

    Where it is not killed it may be held up, so that what it has read is out of date. A worker
    process arms it; `storm` is shared, and while it is 0 nothing of this happens.
    """

    def __init__(self, log: Path, rate: float, stalls: float) -> None:
        self.storm: Any = RawValue("i", 0)  # without a lock: who is killed could hold it for ever
        self.log = log
        self._rate = rate
        self._stalls = stalls
        self._role = ""
        self._draw = random.Random(0)  # noqa: S311 - chance keeps no secret
        self._known: set[str] = set()

    def watch(self, events: Any) -> None:
        """Registers with a boto3 session's events, before its clients are made."""
        for event in _EVENTS:
            events.register(event, self._pass)

    def arm(self, role: str, seed: str, known: Collection[str]) -> None:
        """Makes this process, and no other, one that may be killed."""
        self._role, self._known = role, set(known)
        self._draw = random.Random(seed)  # noqa: S311 - chance keeps no secret

    def _pass(self, event_name: str, **_: Any) -> None:
        if not self._role or not self.storm.value:
            return
        event, service, operation = event_name.split(".")
        caller = _adapter(sys._getframe())
        doing = f"{caller} {operation}" if caller else f"{service}.{operation}"
        boundary = f"{self._role}: {_EVENTS[event]} {doing}"
        if boundary not in self._known or self._draw.random() < self._rate:
            self._die(boundary)
        if self._draw.random() < self._stalls:
            time.sleep(self._draw.uniform(0, _LONGEST_STALL_SECONDS))

    def _die(self, boundary: str) -> None:
        line = json.dumps({"pid": os.getpid(), "at": time.time(), "boundary": boundary}) + "\n"
        file = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, line.encode())  # one write, which no other process's can cut
        os.kill(os.getpid(), signal.SIGKILL)


def _adapter(frame: FrameType | None) -> str:
    """The method of an adapter that the product called, such as `SchedulingTable.claim`."""
    found = ""
    while frame is not None:
        if frame.f_code.co_filename.startswith(_ADAPTERS):
            found = frame.f_code.co_qualname
        elif found:
            return found
        frame = frame.f_back
    return found
