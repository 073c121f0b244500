"""Responsible for the executor: it runs what SageMaker would run, and answers for it."""

import http.client
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from backend.embedded import images
from backend.embedded.access.role_session import RoleSessions
from backend.embedded.executions import status_events
from backend.embedded.executions.execution_record import Execution
from backend.embedded.executions.executions import Executions
from backend.embedded.jobs.berths import Berths
from backend.embedded.jobs.job import Job, JobStatus, job_as_json, job_from_json
from backend.embedded.jobs.job_host import JobHost
from backend.embedded.jobs.record_store import RecordStore
from backend.embedded.jobs.warden import Warden
from backend.embedded.sagemaker import job_api, pipeline_api

STOP_GRACE_SECONDS = 120.0  # what SageMaker gives a stopped job to tidy up
INTERRUPTED = "InternalServerError: The cloud ended while this was under way. Retry your request."


class Executor:
    def __init__(self, state: Path, at_once: int, grace_seconds: float) -> None:
        folder, running = state / "sagemaker", state / "tmp"
        running.mkdir(parents=True, exist_ok=True)
        self._jobs = RecordStore(folder / "jobs", job_as_json, job_from_json)
        self._berths = Berths(at_once)
        self._warden = Warden()
        host = JobHost(
            jobs=self._jobs,
            sessions=RoleSessions(),
            berths=self._berths,
            warden=self._warden,
            folder=running,
            grace_seconds=grace_seconds,
            image_folder=images.folder_of,
        )
        self._executions = Executions(folder / "executions", host)

    def jobs(self) -> list[Job]:
        """Every job ever run, with its tags, its instances and its seconds."""
        return self._jobs.all()

    def answer_requests(self) -> None:
        """Puts the executor's operations in the place of moto's."""
        pipeline_api.install(self._executions)
        job_api.install(self._jobs)

    def fail_unfinished(self) -> None:
        """What was under way when the cloud ended is Failed, and its end is told."""
        for job in self._jobs.all():
            if not job.status.is_final:
                # Billed until it was last heard of, not for the time the cloud was off.
                self._jobs.put(job.ended(JobStatus.FAILED, job.changed_at, reason=INTERRUPTED))
        failed = self._executions.fail_unfinished(INTERRUPTED)
        if failed:
            threading.Thread(target=_announce_when_served, args=(failed,), daemon=True).start()

    def close(self) -> None:
        """Kills every job at once; nothing is written after this."""
        self._executions.close()
        self._jobs.close()
        self._warden.dismiss()
        self._berths.close()


def install(state: Path, at_once: int) -> Executor:
    """An executor that answers SageMaker's requests and runs at most `at_once` jobs at a time."""
    grace = float(os.environ.get("EMBEDDED_STOP_GRACE_SECONDS", STOP_GRACE_SECONDS))
    executor = Executor(state, at_once, grace)
    executor.fail_unfinished()
    executor.answer_requests()
    return executor


def _announce_when_served(failed: Sequence[tuple[Execution, Execution]]) -> None:
    """Rules and functions are there once the endpoint answers: the request waits until it does."""
    place = urlsplit(os.environ["AWS_ENDPOINT_URL"])
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)
    connection.request("GET", "/")
    connection.getresponse().read()
    for before, after in failed:
        status_events.execution_changed(after, before.status)
