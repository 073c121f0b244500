"""Responsible for a job's record: what was asked, how it went, how long it was billed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobKind(StrEnum):
    """Spelt as in the job's ARN."""

    PROCESSING = "processing-job"
    TRAINING = "training-job"
    TUNING = "hyper-parameter-tuning-job"


class JobStatus(StrEnum):
    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"

    @property
    def is_final(self) -> bool:
        return self in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.STOPPED)


@dataclass(frozen=True, slots=True)
class Phase:
    """One of a training job's secondary statuses, and when it began."""

    status: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    value: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    kind: JobKind
    name: str
    arn: str
    request: Mapping[str, Any]
    tags: Mapping[str, str]
    created_at: datetime
    changed_at: datetime
    status: JobStatus = JobStatus.IN_PROGRESS
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    exit_message: str | None = None
    phases: tuple[Phase, ...] = ()
    metrics: tuple[Metric, ...] = ()
    # A trial knows its tuning job and the values it was given to try.
    tuning_job_arn: str | None = None
    tuned: Mapping[str, str] = field(default_factory=dict)

    @property
    def instance_type(self) -> str:
        return str(self._cluster["InstanceType"])

    @property
    def instance_count(self) -> int:
        return int(self._cluster["InstanceCount"])

    @property
    def volume_gb(self) -> int:
        """Of each instance; 0 where the request names none."""
        return int(self._cluster.get("VolumeSizeInGB", 0))

    @property
    def billable_seconds(self) -> int:
        """Whole seconds of each instance; a tuning job's are those of its trials."""
        if self.kind is JobKind.TUNING or self.started_at is None or self.ended_at is None:
            return 0
        return max(1, round((self.ended_at - self.started_at).total_seconds()))

    @property
    def _cluster(self) -> Mapping[str, Any]:
        match self.kind:
            case JobKind.PROCESSING:
                return dict(self.request["ProcessingResources"]["ClusterConfig"])
            case JobKind.TRAINING:
                return dict(self.request["ResourceConfig"])
        return dict(self.request["TrainingJobDefinition"]["ResourceConfig"])

    def tagged(self, tags: Mapping[str, str]) -> "Job":
        return replace(self, tags=tags)

    def begun(self, at: datetime) -> "Job":
        return replace(self, started_at=at, changed_at=at)

    def entered(self, phase: str, at: datetime) -> "Job":
        return replace(self, phases=(*self.phases, Phase(phase, at)), changed_at=at)

    def stopping(self, at: datetime) -> "Job":
        if self.status.is_final:
            return self
        return replace(self, status=JobStatus.STOPPING, changed_at=at)

    def ended(
        self,
        status: JobStatus,
        at: datetime,
        *,
        reason: str | None = None,
        phase: str | None = None,
        exit_message: str | None = None,
        metrics: tuple[Metric, ...] = (),
    ) -> "Job":
        """`phase` is the last secondary status, where it differs from the status."""
        return replace(
            self.entered(phase or status, at),
            status=status,
            ended_at=at,
            reason=reason,
            exit_message=exit_message or self.exit_message,
            metrics=metrics or self.metrics,
        )


def job_as_json(job: Job) -> dict[str, Any]:
    return asdict(job)


def job_from_json(written: Mapping[str, Any]) -> Job:
    return Job(
        **{
            **written,
            "kind": JobKind(written["kind"]),
            "status": JobStatus(written["status"]),
            "created_at": datetime.fromisoformat(written["created_at"]),
            "changed_at": datetime.fromisoformat(written["changed_at"]),
            "started_at": moment(written["started_at"]),
            "ended_at": moment(written["ended_at"]),
            "phases": tuple(
                Phase(phase["status"], datetime.fromisoformat(phase["began_at"]))
                for phase in written["phases"]
            ),
            "metrics": tuple(
                Metric(one["name"], one["value"], datetime.fromisoformat(one["at"]))
                for one in written["metrics"]
            ),
        }
    )


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
