"""Responsible for a build's record and the transitions it may make."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from backend.domain import naming
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.errors import Conflict


class BuildState(StrEnum):
    WAITING = "Waiting"
    STARTING = "Starting"
    EXECUTING = "Executing"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPED = "Stopped"
    REJECTED = "Rejected"

    @property
    def is_final(self) -> bool:
        return self in FINAL


FINAL = frozenset(
    {BuildState.SUCCEEDED, BuildState.FAILED, BuildState.STOPPED, BuildState.REJECTED}
)
# An execution may end before its start was written down, hence Starting's many ways on.
NEXT: dict[BuildState, frozenset[BuildState]] = {
    BuildState.WAITING: frozenset({BuildState.STARTING, BuildState.STOPPED}),
    BuildState.STARTING: frozenset({BuildState.EXECUTING, *FINAL} - {BuildState.REJECTED}),
    BuildState.EXECUTING: FINAL - {BuildState.REJECTED},
    **{final: frozenset() for final in FINAL},
}


@dataclass(frozen=True, slots=True)
class BuildStep:
    """One step of the execution; billable seconds are those of each instance."""

    name: str
    kind: str
    status: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    job_name: str = ""
    reason: str | None = None
    instance_type: str = ""
    instance_count: int = 0
    billable_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What a finished pipeline found: the gate's figures, the metrics and the rows it read."""

    outcome: str
    objective: str
    target: str
    skill: float
    score: float
    baseline: float
    gate_metric: str
    metrics: dict[str, float]
    baseline_metrics: dict[str, float]
    rows_read: int
    rows_dropped: int
    test_rows: int
    recorded_at: datetime
    warnings: tuple[str, ...] = ()
    model_package_arn: str = ""
    model_data: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """One build of one tenant, from the request to its end."""

    tenant_id: str
    build_id: str
    tier: str
    state: BuildState
    upload: Upload
    choices: Choices
    queued_at: datetime
    requested_at: datetime
    started_at: datetime | None = None
    execution_arn: str = ""
    instance_type: str = ""
    ended_at: datetime | None = None
    reason: str | None = None
    steps: tuple[BuildStep, ...] = ()
    result: Result | None = None

    @classmethod
    def waiting(
        cls,
        request: BuildRequest,
        *,
        tier: str,
        choices: Choices,
        queued_at: datetime,
        at: datetime,
    ) -> "Build":
        return cls(
            tenant_id=request.tenant_id,
            build_id=request.build_id,
            tier=tier,
            state=BuildState.WAITING,
            upload=request.upload,
            choices=choices,
            queued_at=queued_at,
            requested_at=at,
        )

    @classmethod
    def rejected(
        cls,
        request: BuildRequest,
        *,
        tier: str,
        choices: Choices,
        queued_at: datetime,
        at: datetime,
        reason: str,
    ) -> "Build":
        waiting = cls.waiting(request, tier=tier, choices=choices, queued_at=queued_at, at=at)
        return replace(waiting, state=BuildState.REJECTED, ended_at=at, reason=reason)

    @property
    def tag(self) -> str:
        """Where the build stands in its tier's line: first come, first served."""
        return f"{self.requested_at.isoformat(timespec='microseconds')}#{self.build_id}"

    @property
    def input_key(self) -> str:
        return naming.input_key_of(self.build_id, self.upload.key)

    def starting(self) -> "Build":
        return self._to(BuildState.STARTING)

    def executing(self, execution_arn: str, *, instance_type: str, at: datetime) -> "Build":
        return replace(
            self._to(BuildState.EXECUTING),
            execution_arn=execution_arn,
            instance_type=instance_type,
            started_at=at,
        )

    def ended(
        self,
        state: BuildState,
        *,
        at: datetime,
        reason: str | None = None,
        steps: tuple[BuildStep, ...] = (),
    ) -> "Build":
        return replace(self._to(state), ended_at=at, reason=reason, steps=steps)

    def _to(self, state: BuildState) -> "Build":
        if state not in NEXT[self.state]:
            raise Conflict(
                f"Build {self.build_id} is {self.state} and cannot become {state}: look again."
            )
        return replace(self, state=state)
