"""Responsible for asking something to stop, once, from any thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class StopSignal:
    """Whoever can be stopped says how with `calling`; being late is as good as being early."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._requested = False
        self._callbacks: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        return self._requested

    def request(self) -> None:
        with self._lock:
            if self._requested:
                return
            self._requested = True
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    @contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """Within, a request calls `callback`; at once when it came before."""
        with self._lock:
            self._callbacks.append(callback)
            late = self._requested
        try:
            if late:
                callback()
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)
