"""Responsible for driving the real dispatch through a workload, in simulated time.

Builds join the line, dispatches start them, record_end ends them: all of it the product's own code
on tables of an embedded cloud. Simulated are the clock, the executions and Lambda's delay.
"""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import boto3
import numpy

from backend.aws.session import AwsSession
from backend.dispatch import dispatch
from backend.domain.build import Build
from backend.domain.errors import BackendError
from backend.line import join
from backend.record import record_end
from backend.settings import Settings
from backend.sweep import sweep
from benchmarks.simulated import estate
from benchmarks.simulated.aws_calls import AwsCalls
from benchmarks.simulated.clock import SimulatedTime
from benchmarks.simulated.context import SimulatedContext, SimulatedExecutions, SimulatedFunctions
from benchmarks.simulated.figures import Served
from benchmarks.simulated.trace import Arrival

JOIN, DISPATCH, END, SCHEDULE = "join", "dispatch", "end", "schedule"
_SCHEDULE_SECONDS, _SWEEP_SECONDS = 60.0, 300.0
_BYTES_PER_SECOND, _SIGMA = 20_000.0, 0.4


class Simulation:
    """A deployment's tables with a time of their own; tiers and tenants are to be settled first."""

    def __init__(self) -> None:
        self.time = SimulatedTime()
        self.calls = AwsCalls()
        self.executions = SimulatedExecutions(self.time, self.calls, ended=self.end)
        functions = SimulatedFunctions(self.time, self.calls, dispatch=self._on_event)
        session = AwsSession(self.calls.watched(boto3.Session()))
        self.context = SimulatedContext(Settings("", ""), session, self.executions, functions)
        self.dispatches = 0
        self.dispatch_cpu_s = 0.0

    def run(self, arrivals: Sequence[Arrival], *, seed: int) -> list[Served]:
        """How dispatch serves these arrivals, as they come, with schedule and sweep beside."""
        joined: dict[str, Arrival] = {}
        for number, (arrival, size) in enumerate(
            zip(arrivals, _sizes(arrivals, seed), strict=True)
        ):
            self.time.at(arrival.submit_s, partial(self._arrive, joined, number, arrival, size))

        def over() -> bool:
            return len(joined) == len(arrivals) and self.executions.all_ended

        self.time.every(_SCHEDULE_SECONDS, self._on_schedule, until=over)
        self.time.every(_SWEEP_SECONDS, self._sweep, until=over)
        self.time.run()
        started = self.executions.started_s
        if lost := joined.keys() - started.keys():
            raise BackendError(f"{len(lost)} builds were never started, {min(lost)} among them.")
        return [Served(arrival, started[build_id]) for build_id, arrival in joined.items()]

    def dispatch(self, *, purpose: str = DISPATCH, **said: Any) -> list[Build]:
        """A dispatch, and the CPU it takes."""
        with self.calls.during(purpose):
            before = time.process_time()
            started = dispatch(self.context, now=self.time.now, wait=self.time.wait, **said)
            self.dispatch_cpu_s += time.process_time() - before
        self.dispatches += 1
        return started

    def end(self, execution_arn: str) -> None:
        """The execution has ended, and its event arrives."""
        detail = {
            "currentPipelineExecutionStatus": "Succeeded",
            "pipelineExecutionArn": execution_arn,
        }
        with self.calls.during(END):
            record_end(self.context, {"detail": detail}, now=self.time.now)

    def _arrive(self, joined: dict[str, Arrival], number: int, arrival: Arrival, size: int) -> None:
        with self.calls.during(JOIN):
            tenant = self.context.tenants.get(arrival.tenant)
            build = estate.build(number, tenant, tier=arrival.tier, size=size, at=self.time.now)
            self.executions.planned_s[build.build_id] = arrival.duration_s
            joined[build.build_id] = arrival
            stands = join(self.context, build, tenant, now=self.time.now)
            if stands is None or stands.room:
                self.context.functions.invoke_dispatch(arrived=[build.build_id])

    def _on_event(self, asker: str, said: dict[str, Any]) -> None:
        """What a sweep asks for happens as often as the sweep, not as often as builds come."""
        self.dispatch(purpose=SCHEDULE if asker == SCHEDULE else DISPATCH, **said)

    def _on_schedule(self) -> None:
        self.dispatch(purpose=SCHEDULE)

    def _sweep(self) -> None:
        with self.calls.during(SCHEDULE):
            sweep(self.context, now=self.time.now)


def _sizes(arrivals: Sequence[Arrival], seed: int) -> list[int]:
    """Bytes that tell of a build's duration, as larger files take longer, but not exactly."""
    noise = numpy.random.default_rng(seed).lognormal(0, _SIGMA, len(arrivals))
    return [
        1 + round(arrival.duration_s * _BYTES_PER_SECOND * factor)
        for arrival, factor in zip(arrivals, noise, strict=True)
    ]
