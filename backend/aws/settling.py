"""Responsible for waiting until AWS knows everywhere what it has been told in one place."""

import time
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

from backend.aws.translate import code_of

T = TypeVar("T")

PATIENCE_SECONDS = 20.0
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 3.0


def once_settled(call: Callable[[], T], *codes: str, patience: float = PATIENCE_SECONDS) -> T:
    """What the call returns; a refusal with a named code is tried again until patience ends."""
    deadline = time.monotonic() + patience
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            return call()
        except ClientError as refusal:
            if code_of(refusal) not in codes or time.monotonic() + pause > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
