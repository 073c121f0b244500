"""Responsible for an execution's record: what was started, how far it came, how it ended."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from backend.embedded.jobs.job import moment


class ExecutionStatus(StrEnum):
    EXECUTING = "Executing"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"

    @property
    def is_final(self) -> bool:
        return self not in (ExecutionStatus.EXECUTING, ExecutionStatus.STOPPING)


class StepStatus(StrEnum):
    EXECUTING = "Executing"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"


@dataclass(frozen=True, slots=True)
class StepRecord:
    name: str
    type: str
    started_at: datetime
    status: StepStatus = StepStatus.EXECUTING
    ended_at: datetime | None = None
    reason: str | None = None
    # As ListPipelineExecutionSteps answers it: {"TrainingJob": {"Arn": ...}}
    metadata: Mapping[str, Any] = field(default_factory=dict)
    # What `Steps.<name>.` points into, once the step has succeeded.
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_final(self) -> bool:
        return self.ended_at is not None


@dataclass(frozen=True, slots=True)
class Execution:
    arn: str
    pipeline_name: str
    role_arn: str
    definition: str
    parameters: Mapping[str, Any]
    token: str
    display_name: str | None
    description: str | None
    max_parallel: int
    started_at: datetime
    changed_at: datetime
    status: ExecutionStatus = ExecutionStatus.EXECUTING
    ended_at: datetime | None = None
    reason: str | None = None
    steps: tuple[StepRecord, ...] = ()

    @property
    def pipeline_arn(self) -> str:
        return self.arn.rsplit("/execution/", 1)[0]

    @property
    def id(self) -> str:
        return self.arn.rsplit("/", 1)[-1]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    def step(self, name: str) -> StepRecord:
        return next(step for step in self.steps if step.name == name)

    def with_step(self, record: StepRecord, at: datetime) -> "Execution":
        """The step's record replaced, or added when it begins."""
        others = [step for step in self.steps if step.name != record.name]
        if len(others) == len(self.steps):
            return replace(self, steps=(*self.steps, record), changed_at=at)
        steps = tuple(record if step.name == record.name else step for step in self.steps)
        return replace(self, steps=steps, changed_at=at)

    def stopping(self, at: datetime) -> "Execution":
        steps = tuple(
            step if step.is_final else replace(step, status=StepStatus.STOPPING)
            for step in self.steps
        )
        return replace(self, status=ExecutionStatus.STOPPING, steps=steps, changed_at=at)

    def ended(
        self, status: ExecutionStatus, at: datetime, reason: str | None = None
    ) -> "Execution":
        return replace(self, status=status, reason=reason, changed_at=at, ended_at=at)

    def interrupted(self, at: datetime, reason: str) -> "Execution":
        """Failed where it stood: what a step was doing when the cloud died is lost."""
        steps = tuple(
            step
            if step.is_final
            else replace(step, status=StepStatus.FAILED, ended_at=at, reason=reason)
            for step in self.steps
        )
        return replace(self, steps=steps).ended(ExecutionStatus.FAILED, at, reason)

    def retried(self, at: datetime) -> "Execution":
        """Executing again: what succeeded stays, the rest begins anew."""
        steps = tuple(step for step in self.steps if step.status is StepStatus.SUCCEEDED)
        return replace(
            self,
            status=ExecutionStatus.EXECUTING,
            steps=steps,
            changed_at=at,
            ended_at=None,
            reason=None,
        )


def execution_as_json(execution: Execution) -> dict[str, Any]:
    return asdict(execution)


def execution_from_json(written: Mapping[str, Any]) -> Execution:
    return Execution(
        **{
            **written,
            "status": ExecutionStatus(written["status"]),
            "started_at": datetime.fromisoformat(written["started_at"]),
            "changed_at": datetime.fromisoformat(written["changed_at"]),
            "ended_at": moment(written["ended_at"]),
            "steps": tuple(_step_from_json(step) for step in written["steps"]),
        }
    )


def _step_from_json(written: Mapping[str, Any]) -> StepRecord:
    return StepRecord(
        **{
            **written,
            "status": StepStatus(written["status"]),
            "started_at": datetime.fromisoformat(written["started_at"]),
            "ended_at": moment(written["ended_at"]),
        }
    )
