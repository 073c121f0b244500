"""Responsible for where jobs run: their berths, folders, roles and images, from start to end."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.embedded.access.role_session import RoleSession, RoleSessions
from backend.embedded.clock import now
from backend.embedded.faults import JobFailed, RoleRefused, Stopped
from backend.embedded.jobs import containers
from backend.embedded.jobs.berths import Berths
from backend.embedded.jobs.containers import Ended, Program
from backend.embedded.jobs.job import Job, JobStatus, Metric
from backend.embedded.jobs.job_data import JobData
from backend.embedded.jobs.job_logs import JobLog
from backend.embedded.jobs.line_batches import Lines
from backend.embedded.jobs.programs import command_of, environment_of
from backend.embedded.jobs.record_store import RecordStore
from backend.embedded.jobs.stop_signal import StopSignal
from backend.embedded.jobs.warden import Warden

UNFORESEEN = "InternalServerError: We encountered an internal error. Retry your request."
_PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


@dataclass(frozen=True, slots=True)
class JobEnd:
    status: JobStatus
    reason: str | None = None
    phase: str | None = None
    exit_message: str | None = None
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True, slots=True)
class JobHost:
    jobs: RecordStore[Job]
    sessions: RoleSessions
    berths: Berths
    warden: Warden
    folder: Path
    grace_seconds: float
    image_folder: Callable[[str], Path]

    def carry_out(self, job: Job, stop: StopSignal, work: "Callable[[JobRun], JobEnd]") -> Job:
        """Runs the work once there is a berth for it; the record returned tells how it ended."""
        end = JobEnd(JobStatus.FAILED, UNFORESEEN)
        with stop.calling(lambda: self._mark_stopping(job)):
            try:
                with self.berths.berth(stop):
                    self.jobs.change(job.arn, lambda job: job.begun(now()))
                    end = self._in_folder(job, stop, work)
            except Stopped:
                end = JobEnd(JobStatus.STOPPED)
            finally:
                _, ended = self.jobs.change(job.arn, lambda job: _ended(job, end))
        return ended

    def _in_folder(self, job: Job, stop: StopSignal, work: "Callable[[JobRun], JobEnd]") -> JobEnd:
        try:
            with tempfile.TemporaryDirectory(prefix=f"{job.kind}-", dir=self.folder) as folder:
                return work(JobRun(self, job, Path(folder), stop))
        except JobFailed as failure:
            return JobEnd(JobStatus.FAILED, str(failure))
        except OSError as fault:
            return JobEnd(JobStatus.FAILED, f"InternalServerError: {fault}")

    def _mark_stopping(self, job: Job) -> None:
        self.jobs.change(job.arn, lambda job: job.stopping(now()))


@dataclass(frozen=True, slots=True)
class JobRun:
    """One job in its own folder: what `/opt/ml` is in a container is `root` here."""

    host: JobHost
    job: Job
    root: Path
    stop: StopSignal

    @property
    def region(self) -> str:
        return self.job.arn.split(":")[3]

    def enter(self, phase: str) -> None:
        self.host.jobs.change(self.job.arn, lambda job: job.entered(phase, now()))

    def session(self, role_arn: str) -> RoleSession:
        try:
            return self.host.sessions.assume(role_arn, self.job.arn)
        except RoleRefused as refusal:
            raise JobFailed(f"ClientError: {refusal}") from refusal

    def data(self, session: RoleSession) -> JobData:
        return JobData(session.client("s3", self.region), session.role_arn, self.region)

    def image(self, uri: str, session: RoleSession) -> Path:
        """The image's unpacked folder; JobFailed when it is missing or may not be pulled."""
        account, region = self.job.arn.split(":")[4], self.region
        repository = uri.partition("/")[2].rpartition(":")[0]
        try:
            for action in _PULL:
                session.require(action, f"arn:aws:ecr:{region}:{account}:repository/{repository}")
        except RoleRefused as refusal:
            raise JobFailed(
                f"ClientError: Role {session.role_arn} does not have ECR pull permissions "
                f"for image: {uri}. {refusal}"
            ) from refusal
        return self.host.image_folder(uri)

    def run(
        self,
        image: Path,
        *,
        entrypoint: Sequence[str],
        arguments: Sequence[str],
        environment: Mapping[str, str],
        limit_seconds: float,
        watch: Callable[[Lines], None] = lambda lines: None,
    ) -> Ended:
        log = JobLog(self.job)

        def on_lines(lines: Lines) -> None:
            log.write(lines)
            watch(lines)

        (self.root / "tmp").mkdir(exist_ok=True)
        program = Program(
            command=command_of(image, self.root, entrypoint=entrypoint, arguments=arguments),
            environment=environment_of(image, self.root, environment),
            folder=self.root,
            limit_seconds=limit_seconds,
            grace_seconds=self.host.grace_seconds,
        )
        return containers.run(program, on_lines, self.stop, self.host.warden)


def _ended(job: Job, end: JobEnd) -> Job:
    return job.ended(
        end.status,
        now(),
        reason=end.reason,
        phase=end.phase,
        exit_message=end.exit_message,
        metrics=end.metrics,
    )
