"""Responsible for pipeline executions as a whole: started once, stopped, retried, never lost."""

import functools
import logging
import secrets
import string
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from backend.embedded.clock import now
from backend.embedded.definitions.definition import Definition, parsed
from backend.embedded.definitions.parameters import bound
from backend.embedded.executions import status_events
from backend.embedded.executions.execution import ExecutionRun
from backend.embedded.executions.execution_record import (
    Execution,
    ExecutionStatus,
    execution_as_json,
    execution_from_json,
)
from backend.embedded.faults import Closed, NotExecuting, TooManyExecutions
from backend.embedded.jobs.job_host import JobHost
from backend.embedded.jobs.record_store import RecordStore
from backend.embedded.jobs.stop_signal import StopSignal

LOG = logging.getLogger(__name__)
MOST_AT_ONCE = 20  # SageMaker's own default quota
DEFAULT_PARALLEL_STEPS = 50
_ID = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True)
class Start:
    """A StartPipelineExecution request, with what its pipeline says."""

    pipeline_arn: str
    pipeline_name: str
    role_arn: str
    definition: str
    parameters: Sequence[Mapping[str, str]]
    token: str
    display_name: str | None = None
    description: str | None = None
    max_parallel: int | None = None


class Executions:
    def __init__(self, folder: Path, host: JobHost) -> None:
        self.records = RecordStore(folder, execution_as_json, execution_from_json)
        self._host = host
        self._starting = threading.Lock()
        self._stops: dict[str, StopSignal] = {}
        self._runs = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="execution")

    def start(self, asked: Start) -> Execution:
        """The execution this token has started, or a new one.

        Raises InvalidParameters or InvalidDefinition for what cannot run, and TooManyExecutions.
        """
        with self._starting:
            known = self._started_with(asked)
            if known is not None:
                return known
            definition = parsed(asked.definition)
            execution = _new(asked, definition)
            self._check_quota()
            self.records.put(execution)
            stop = self._stops[execution.arn] = StopSignal()
        self._run(execution, definition, None, stop)
        return execution

    def stop(self, arn: str) -> None:
        """Raises NotExecuting for an execution that has ended."""
        with self._starting:
            before, after = self.records.change(arn, _stopping)
            stop = self._stops[arn]
        if before.status is ExecutionStatus.EXECUTING:
            status_events.execution_changed(after, before.status)
            stop.request()

    def retry(self, arn: str) -> None:
        """Runs again what did not succeed; raises NotExecuting unless it has failed or stopped."""
        with self._starting:
            self._check_quota()
            before, after = self.records.change(arn, _retried)
            stop = self._stops[arn] = StopSignal()
        self._run(after, parsed(after.definition), before.status, stop)

    def fail_unfinished(self, reason: str) -> list[tuple[Execution, Execution]]:
        """Ends what an earlier run left unfinished; returns each execution before and after."""
        return [
            self.records.change(execution.arn, lambda e: e.interrupted(now(), reason))
            for execution in self.records.all()
            if not execution.status.is_final
        ]

    def close(self) -> None:
        """After this no execution changes any more."""
        self.records.close()
        self._runs.shutdown(wait=False, cancel_futures=True)

    def _started_with(self, asked: Start) -> Execution | None:
        return next(
            (
                execution
                for execution in self.records.all()
                if execution.token == asked.token and execution.pipeline_arn == asked.pipeline_arn
            ),
            None,
        )

    def _check_quota(self) -> None:
        running = sum(not execution.status.is_final for execution in self.records.all())
        if running >= MOST_AT_ONCE:
            raise TooManyExecutions(
                "The account-level service limit 'Maximum number of concurrent pipeline "
                f"executions' is {MOST_AT_ONCE} Executions, with current utilization of "
                f"{running} Executions and a request delta of 1 Executions."
            )

    def _run(
        self, execution: Execution, definition: Definition, before: str | None, stop: StopSignal
    ) -> None:
        status_events.execution_changed(execution, before)
        run = ExecutionRun(execution.arn, definition, self.records, self._host, stop)
        ended = self._runs.submit(run.run)
        ended.add_done_callback(functools.partial(self._ended, execution.arn))

    def _ended(self, arn: str, ended: Future[None]) -> None:
        """An execution ends in a status, never in a thread that nobody hears of."""
        fault = None if ended.cancelled() else ended.exception()
        if fault is not None and not isinstance(fault, Closed):
            LOG.error("execution %s", arn, exc_info=fault)
            before, after = self.records.change(
                arn, lambda e: e.interrupted(now(), f"InternalServerError: {fault!r}")
            )
            status_events.execution_changed(after, before.status)


def _new(asked: Start, definition: Definition) -> Execution:
    at = now()
    return Execution(
        arn=f"{asked.pipeline_arn}/execution/{''.join(secrets.choice(_ID) for _ in range(12))}",
        pipeline_name=asked.pipeline_name,
        role_arn=asked.role_arn,
        definition=asked.definition,
        parameters=bound(definition.parameters, asked.parameters),
        token=asked.token,
        display_name=asked.display_name,
        description=asked.description,
        max_parallel=asked.max_parallel or DEFAULT_PARALLEL_STEPS,
        started_at=at,
        changed_at=at,
    )


def _stopping(execution: Execution) -> Execution:
    if execution.status.is_final:
        raise NotExecuting(
            f"Only pipelines with 'Executing' status can be stopped: {execution.arn} is "
            f"{execution.status}."
        )
    if execution.status is ExecutionStatus.STOPPING:
        return execution
    return execution.stopping(now())


def _retried(execution: Execution) -> Execution:
    if execution.status not in (ExecutionStatus.FAILED, ExecutionStatus.STOPPED):
        raise NotExecuting(
            f"Only pipelines with 'Failed' or 'Stopped' status can be retried: {execution.arn} is "
            f"{execution.status}."
        )
    return execution.retried(now())
