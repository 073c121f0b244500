"""Responsible for one execution's run: each step in its turn, until none is left or one fails."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any

from backend.embedded.clock import now
from backend.embedded.definitions.definition import Definition, Step, StepType
from backend.embedded.definitions.progress import ready_steps
from backend.embedded.executions import status_events
from backend.embedded.executions.execution_record import (
    Execution,
    ExecutionStatus,
    StepRecord,
    StepStatus,
)
from backend.embedded.executions.step_act import StepAct
from backend.embedded.executions.steps import perform
from backend.embedded.faults import Closed, StepFailed, Stopped
from backend.embedded.jobs.job_host import JobHost
from backend.embedded.jobs.record_store import RecordStore
from backend.embedded.jobs.stop_signal import StopSignal

LOG = logging.getLogger(__name__)
STEP_FAILURE = "Step failure: One or multiple steps failed."
_LONGEST_REASON = 3000

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExecutionRun:
    """After a failure or a stop no step begins; those under way come to their end."""

    arn: str
    definition: Definition
    executions: RecordStore[Execution]
    host: JobHost
    stop: StopSignal
    running: dict[Future[Properties], Step] = field(default_factory=dict)

    def run(self) -> None:
        """Raises Closed when the cloud shuts down meanwhile."""
        execution = self.executions[self.arn]
        with ThreadPoolExecutor(execution.max_parallel, thread_name_prefix="step") as pool:
            while True:
                self._begin_ready(pool)
                if not self.running:
                    break
                for ended in wait(self.running, return_when=FIRST_COMPLETED).done:
                    self._end_step(self.running.pop(ended), ended)
        self._end()

    def _begin_ready(self, pool: ThreadPoolExecutor) -> None:
        execution = self.executions[self.arn]
        if self.stop.requested or _failed(execution):
            return
        succeeded = [step.name for step in execution.steps if step.status is StepStatus.SUCCEEDED]
        ready = ready_steps(
            self.definition,
            begun=[step.name for step in execution.steps],
            succeeded=succeeded,
            branches=self._branches(execution),
        )
        for step in ready[: execution.max_parallel - len(self.running)]:
            self._begin(step, pool)

    def _begin(self, step: Step, pool: ThreadPoolExecutor) -> None:
        record = StepRecord(step.name, step.type, started_at=now())
        _, execution = self.executions.change(self.arn, lambda e: e.with_step(record, now()))
        status_events.step_changed(execution, record, None)
        act = StepAct(step, self.definition, execution, self.host, self.stop, self._announcer(step))
        self.running[pool.submit(perform, act)] = step

    def _announcer(self, step: Step) -> Callable[[Mapping[str, Any]], None]:
        return lambda metadata: self._change_step(step, metadata=metadata)

    def _end_step(self, step: Step, ended: Future[Properties]) -> None:
        match ended.exception():
            case None:
                change = {"status": StepStatus.SUCCEEDED, "properties": ended.result()}
            case StepFailed() as failure:
                change = _failure(str(failure))
            case Stopped():
                change = {"status": StepStatus.STOPPED}
            case Closed() as closed:
                raise closed
            case fault:
                LOG.error("step %s of %s", step.name, self.arn, exc_info=fault)
                change = _failure(f"InternalServerError: {fault!r}")
        self._change_step(step, ended_at=now(), **change)

    def _change_step(self, step: Step, **change: Any) -> None:
        before, after = self.executions.change(
            self.arn,
            lambda e: e.with_step(replace(e.step(step.name), **change), now()),
        )
        if "status" in change:
            was = before.step(step.name).status
            status_events.step_changed(after, after.step(step.name), was)

    def _branches(self, execution: Execution) -> dict[str, bool]:
        return {
            step.name: step.properties["Outcome"] == "True"
            for step in execution.steps
            if step.type == StepType.CONDITION and step.status is StepStatus.SUCCEEDED
        }

    def _end(self) -> None:
        before, after = self.executions.change(self.arn, _ended)
        status_events.execution_changed(after, before.status)


def _ended(execution: Execution) -> Execution:
    if execution.status is ExecutionStatus.STOPPING:
        return execution.ended(ExecutionStatus.STOPPED, now())
    if _failed(execution):
        return execution.ended(ExecutionStatus.FAILED, now(), STEP_FAILURE)
    return execution.ended(ExecutionStatus.SUCCEEDED, now())


def _failed(execution: Execution) -> bool:
    return any(step.status is StepStatus.FAILED for step in execution.steps)


def _failure(reason: str) -> dict[str, Any]:
    return {"status": StepStatus.FAILED, "reason": reason[:_LONGEST_REASON]}
