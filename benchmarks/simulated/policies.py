"""Responsible for the policies dispatch is compared with, simulated purely."""

import heapq
import math
from collections import defaultdict, deque
from collections.abc import Sequence

from benchmarks.simulated.figures import Served
from benchmarks.simulated.trace import Arrival

TIMER_SECONDS = 60.0


def reference(arrivals: Sequence[Arrival], *, slots_a_tier: int) -> list[Served]:
    """The reference design: a queue and slots for each tier, first come first served.

    A function on a timer starts builds, so a slot that falls free stays so until its next run.
    """
    queues: dict[str, deque[Arrival]] = defaultdict(deque)
    for arrival in sorted(arrivals, key=lambda arrival: arrival.submit_s):
        queues[arrival.tier].append(arrival)
    return [run for queue in queues.values() for run in _on_timer(queue, slots_a_tier)]


def shortest_first(arrivals: Sequence[Arrival], *, slots: int) -> list[Served]:
    """All slots for all tiers, and a free one takes the shortest build: who waits least, if known.

    Nobody can do this, as a build's duration is known when it has ended.
    """
    coming = deque(sorted(arrivals, key=lambda arrival: arrival.submit_s))
    waiting: list[tuple[float, int, Arrival]] = []
    free_at = [0.0] * slots
    served: list[Served] = []
    now = 0.0
    while coming or waiting:
        now = max(now, free_at[0], *([] if waiting else [coming[0].submit_s]))
        while coming and coming[0].submit_s <= now:
            arrival = coming.popleft()
            heapq.heappush(waiting, (arrival.duration_s, len(coming), arrival))
        run = Served(heapq.heappop(waiting)[-1], now)
        heapq.heapreplace(free_at, run.end_s)
        served.append(run)
    return served


def _on_timer(queue: deque[Arrival], slots: int) -> list[Served]:
    free_at = [0.0] * slots
    served: list[Served] = []
    for arrival in queue:
        due = max(free_at[0], arrival.submit_s)
        run = Served(arrival, TIMER_SECONDS * math.ceil(due / TIMER_SECONDS))
        heapq.heapreplace(free_at, run.end_s)
        served.append(run)
    return served
