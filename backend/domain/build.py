"""Responsible for a build's record and the transitions it may make."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from backend.domain import naming
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.errors import Conflict
from backend.domain.fair_queue import Turn, place_of
from backend.domain.meter_reading import Metered


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
# What runs is what holds a slot, and these two do.
HOLDS_SLOT = frozenset({BuildState.STARTING, BuildState.EXECUTING})
RETRIED = frozenset({BuildState.FAILED, BuildState.STOPPED})
# An execution may end before its start was written down, hence Starting's many ways on.
NEXT: dict[BuildState, frozenset[BuildState]] = {
    BuildState.WAITING: frozenset({BuildState.STARTING, BuildState.STOPPED, BuildState.REJECTED}),
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
    volume_gb: int = 0

    @property
    def instance_seconds(self) -> int:
        """Billable seconds of all its instances."""
        return self.billable_seconds * self.instance_count


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
    """One build of one tenant, from the request to its end.

    A waiting build has a `place` in its tier's line, from its turn there; `parked` says why its
    tenant keeps it from starting. A started one has the number of its `slot`. An ended one that ran
    is `metered`, unless an instance had no price. A retry reads the input of the first build it
    goes back to, `input_of`.
    """

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
    place: str = ""
    tag: int = 0
    cost: int = 0
    expected_seconds: int = 0
    parked: str | None = None
    moved_to_front_at: datetime | None = None
    slot: int | None = None
    stop_requested_at: datetime | None = None
    stop_requested_by: str | None = None
    retry_of: str | None = None
    input_of: str | None = None
    metered: Metered | None = None

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

    @property
    def ran(self) -> bool:
        """Whether SageMaker ran it; its execution may end before its start is written down."""
        return self.started_at is not None or bool(self.steps) or self.metered is not None

    @property
    def instance_seconds(self) -> int:
        """What its jobs used and are billed for, whether or not there is a price of it."""
        return sum(step.instance_seconds for step in self.steps)

    @property
    def input_key(self) -> str:
        return naming.input_key_of(self.input_of or self.build_id, self.upload.key)

    @property
    def execution_name(self) -> str:
        return naming.execution_name_of(self.tier, self.build_id)

    @property
    def pipeline(self) -> str:
        return naming.TUNED_PIPELINE if self.choices.tuned else naming.PIPELINE

    def in_line(self, rank: int, turn: Turn, *, expected_seconds: int) -> "Build":
        """The waiting build at its turn in the line of its tier, which has the rank."""
        place = place_of(
            self.tier, rank, turn.tag, requested_at=self.requested_at, build_id=self.build_id
        )
        return replace(
            self, place=place, tag=turn.tag, cost=turn.cost, expected_seconds=expected_seconds
        )

    def at_front(self, rank: int, *, at: datetime) -> "Build":
        """The waiting build before all others of its tier; Conflict when it waits no more."""
        self._expect(BuildState.WAITING, "be moved")
        place = place_of(
            self.tier,
            rank,
            round(at.timestamp() * 1000),
            requested_at=self.requested_at,
            build_id=self.build_id,
            front=True,
        )
        return replace(self, place=place, moved_to_front_at=at)

    def aside(self, reason: str) -> "Build":
        """The waiting build out of its tier's line, while its tenant keeps it from starting."""
        self._expect(BuildState.WAITING, "be parked")
        return replace(self, parked=reason)

    def back_in_line(self) -> "Build":
        """The waiting build in its tier's line again, in its old place."""
        self._expect(BuildState.WAITING, "be brought back")
        return replace(self, parked=None)

    def retried(self, *, build_id: str, at: datetime) -> "Build":
        """A new waiting build of the same upload and choices; Conflict unless this one failed."""
        if self.state not in RETRIED:
            raise Conflict(
                f"Build {self.build_id} is {self.state}: only a failed or stopped build can be "
                "tried again."
            )
        return Build(
            tenant_id=self.tenant_id,
            build_id=build_id,
            tier=self.tier,
            state=BuildState.WAITING,
            upload=self.upload,
            choices=self.choices,
            queued_at=at,
            requested_at=at,
            retry_of=self.build_id,
            input_of=self.input_of or self.build_id,
        )

    def stopping(self, *, at: datetime, by: str) -> "Build":
        """The build that has been asked to stop; it is Stopped when SageMaker says so."""
        if self.state not in HOLDS_SLOT:
            raise Conflict(f"Build {self.build_id} is {self.state}: there is nothing to stop.")
        if self.stop_requested_at is not None:
            return self
        return replace(self, stop_requested_at=at, stop_requested_by=by)

    @property
    def why_stopped(self) -> str:
        if self.stop_requested_by is None:
            return "Stopped in SageMaker, not in the portal."
        return f"Stopped by {self.stop_requested_by}."

    def starting(self, slot: int) -> "Build":
        return replace(self._to(BuildState.STARTING), slot=slot, parked=None)

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
        metered: Metered | None = None,
    ) -> "Build":
        return replace(self._to(state), ended_at=at, reason=reason, steps=steps, metered=metered)

    def _expect(self, state: BuildState, wish: str) -> None:
        if self.state is not state:
            raise Conflict(f"Build {self.build_id} is {self.state} and cannot {wish}: look again.")

    def _to(self, state: BuildState) -> "Build":
        if state not in NEXT[self.state]:
            raise Conflict(
                f"Build {self.build_id} is {self.state} and cannot become {state}: look again."
            )
        return replace(self, state=state)
