"""Responsible for how many jobs run at once: who has waited longest comes next."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from backend.embedded.faults import Closed, Stopped
from backend.embedded.jobs.stop_signal import StopSignal


class Berths:
    def __init__(self, number: int) -> None:
        self._free = number
        self._closed = False
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def berth(self, stop: StopSignal) -> Iterator[None]:
        """One berth while the block runs; raises Stopped if that is asked for while waiting."""
        with stop.calling(self._look_again):
            self._take(stop)
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def close(self) -> None:
        """Whoever waits is told by Closed, and so is whoever comes."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take(self, stop: StopSignal) -> None:
        turn = object()
        with self._changed:
            self._queue.append(turn)
            self._changed.wait_for(
                lambda: (
                    self._closed or stop.requested or (self._free > 0 and self._queue[0] is turn)
                )
            )
            self._queue.remove(turn)
            self._changed.notify_all()
            if self._closed:
                raise Closed("The embedded cloud is shutting down.")
            if stop.requested:
                raise Stopped("The job was stopped before it began.")
            self._free -= 1

    def _look_again(self) -> None:
        with self._changed:
            self._changed.notify_all()
