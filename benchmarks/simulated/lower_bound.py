"""Responsible for the mean wait below which no policy comes, whatever it knows.

A price is put on every second of a slot. Let p(t) >= 0 be the price at time t, and m the slots.
However a schedule starts its builds, never more than m run at once, so all builds together pay at
most m times the integral of p. Hence the sum of all waits is at least

    sum over builds of min over starts s of [ wait at s + price of running from s ]  -  m int p

because the minimum is no more than what the schedule pays for that build, and what all pay for
running is given back. This holds for any prices: for policies that know every duration and the
future, and keep to no quotas. The best prices are looked for by subgradient ascent, raised where
more than m builds would choose to run and lowered elsewhere. It is the Lagrangian relaxation of
the capacity of the time-indexed program: Fisher, "The Lagrangian Relaxation Method", Management
Science 27 (1981); Dyer, Wolsey, Discrete Applied Mathematics 26 (1990).

Time is in whole grid steps, and durations and starts are rounded down to them. That keeps the
bound true: what followed one another in a slot still does, and nobody waits longer.
"""

from collections.abc import Sequence
from typing import Any

import numpy

from benchmarks.simulated.policies import shortest_first
from benchmarks.simulated.trace import Arrival

_MOST_STEPS = 4000
_FINEST_SECONDS = 5.0
_ROUNDS = 250
_PATIENCE = 12

Numbers = numpy.ndarray[Any, numpy.dtype[numpy.float64]]


def mean_wait_bound(arrivals: Sequence[Arrival], *, slots: int) -> float:
    """Seconds; no schedule of these builds on these slots has a lower mean wait."""
    reached = shortest_first(arrivals, slots=slots)
    first = min(arrival.submit_s for arrival in arrivals)
    horizon = max(run.end_s for run in reached) - first
    step = max(_FINEST_SECONDS, horizon / _MOST_STEPS)
    market = _Market(arrivals, first, step, steps=int(horizon / step) + 1)
    target = sum(run.wait_s for run in reached)
    prices = numpy.zeros(market.steps)
    best, ambition, stale = 0.0, 1.0, 0
    for _ in range(_ROUNDS):
        value, demand = market.respond(prices)
        value -= slots * float(prices.sum())
        stale = 0 if value > best else stale + 1
        best = max(best, value)
        if stale == _PATIENCE:
            ambition, stale = ambition / 2, 0
        excess = demand - slots
        norm = float((excess**2).sum())
        prices = numpy.maximum(0, prices + ambition * max(0, target - value) / norm * excess)
    return best / len(arrivals)


class _Market:
    """Where each build chooses the start that costs it least; a price is that of a grid step."""

    def __init__(
        self, arrivals: Sequence[Arrival], first: float, step: float, *, steps: int
    ) -> None:
        self.steps = steps
        self._times = numpy.arange(steps) * step
        self._builds = [
            (
                arrival.submit_s - first,
                int((arrival.submit_s - first) / step),
                int(arrival.duration_s / step),
            )
            for arrival in arrivals
        ]

    def respond(self, prices: Numbers) -> tuple[float, Numbers]:
        """What all builds pay in waits and prices, and how many run at each step then."""
        longest = max(length for *_, length in self._builds)
        paid_until = numpy.concatenate(([0.0], numpy.cumsum(prices), numpy.zeros(longest)))
        paid_until[self.steps + 1 :] = paid_until[self.steps]
        changes = numpy.zeros(self.steps + longest + 1)
        total = 0.0
        for submit, earliest, length in self._builds:
            running = (
                paid_until[earliest + length : self.steps + length]
                - paid_until[earliest : self.steps]
            )
            costs = numpy.maximum(0, self._times[earliest:] - submit) + running
            chosen = int(costs.argmin())
            total += float(costs[chosen])
            changes[earliest + chosen] += 1
            changes[earliest + chosen + length] -= 1
        return total, numpy.cumsum(changes)[: self.steps]
