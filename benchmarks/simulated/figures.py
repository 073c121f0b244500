"""Responsible for what a schedule did to its builds, in figures."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from benchmarks.simulated.trace import Arrival


@dataclass(frozen=True, slots=True)
class Served:
    """A build that a schedule started, and that then ran for as long as it does."""

    arrival: Arrival
    start_s: float

    @property
    def wait_s(self) -> float:
        return self.start_s - self.arrival.submit_s

    @property
    def end_s(self) -> float:
        return self.start_s + self.arrival.duration_s

    @property
    def slowdown(self) -> float:
        """How much longer the build took from request to end than it ran."""
        return (self.end_s - self.arrival.submit_s) / self.arrival.duration_s


def figures(served: Sequence[Served], *, slots: int, quiet: Collection[str]) -> dict[str, Any]:
    """Every figure that policies are compared by, of one schedule."""
    waits = [build.wait_s for build in served]
    idle_s, all_s = idle_seconds(served, slots=slots)
    return {
        "quiet_p95_s": percentile([b.wait_s for b in served if b.arrival.tenant in quiet], 95),
        "jain": round(jain_index(served), 4),
        "idle_fraction": round(idle_s / all_s, 5),
        "idle_slot_hours": round(idle_s / 3600, 2),
        "mean_wait_s": round(float(numpy.mean(waits)), 1),
        "p50_wait_s": percentile(waits, 50),
        "p95_wait_s": percentile(waits, 95),
        "mean_slowdown": round(float(numpy.mean([build.slowdown for build in served])), 3),
        "p95_wait_s_by_tier": {
            tier: percentile([b.wait_s for b in served if b.arrival.tier == tier], 95)
            for tier in sorted({build.arrival.tier for build in served})
        },
    }


def percentile(values: Sequence[float], percent: float) -> float | None:
    """None when there are no values to speak of."""
    return round(float(numpy.percentile(values, percent)), 2) if values else None


def jain_index(served: Iterable[Served]) -> float:
    """Jain's fairness index over the tenants: 1 when all are treated alike, 1/n at its worst.

    A tenant's share is the time its builds ran, over the time from their requests to their ends:
    1 for a tenant that never waits, whatever it asks for. Of these shares x the index is
    (sum x)^2 / (n sum x^2): Jain, Chiu, Hawe, "A Quantitative Measure of Fairness", 1984.
    """
    ran: dict[str, float] = defaultdict(float)
    took: dict[str, float] = defaultdict(float)
    for build in served:
        ran[build.arrival.tenant] += build.arrival.duration_s
        took[build.arrival.tenant] += build.end_s - build.arrival.submit_s
    shares = numpy.array([ran[tenant] / took[tenant] for tenant in ran])
    return float(shares.sum() ** 2 / (len(shares) * (shares**2).sum()))


def idle_seconds(served: Sequence[Served], *, slots: int) -> tuple[float, float]:
    """Slot-seconds idle though some build waits, and all slot-seconds there were.

    Every slot counts for every build: one that a quota keeps idle is idle.
    """
    changes = sorted(
        change
        for build in served
        for change in (
            (build.arrival.submit_s, 1, 0),
            (build.start_s, -1, 1),
            (build.end_s, 0, -1),
        )
    )
    waiting = running = 0
    idle, before = 0.0, changes[0][0]
    for at, joined, started in changes:
        idle += (at - before) * max(0, min(waiting, slots - running))
        waiting, running, before = waiting + joined, running + started, at
    return idle, slots * (before - changes[0][0])
