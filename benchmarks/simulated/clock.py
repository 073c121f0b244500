"""Responsible for simulated time: what happens when, one thing after the other."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

_BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)


class SimulatedTime:
    """Seconds since the beginning, and what is due at them."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    @property
    def now(self) -> datetime:
        return _BEGINNING + timedelta(seconds=self.now_s)

    def at(self, second: float, act: Callable[[], None]) -> None:
        """Things due at the same second happen in the order they were planned in."""
        heapq.heappush(self._due, (second, next(self._order), act))

    def every(self, seconds: float, act: Callable[[], None], *, until: Callable[[], bool]) -> None:
        def again() -> None:
            if not until():
                act()
                self.at(self.now_s + seconds, again)

        self.at(self.now_s + seconds, again)

    def wait(self, seconds: float) -> None:
        """Time passes within what is happening now; what was due meanwhile happens late."""
        self.now_s += seconds

    def run(self) -> None:
        """Until nothing is due any more."""
        while self._due:
            second, _, act = heapq.heappop(self._due)
            self.now_s = max(self.now_s, second)
            act()
