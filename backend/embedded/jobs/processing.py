"""Responsible for a processing job: inputs down, the container's program, outputs up."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.embedded.faults import JobFailed
from backend.embedded.jobs.containers import Ended, Ending
from backend.embedded.jobs.job import Job, JobStatus
from backend.embedded.jobs.job_host import JobEnd, JobHost, JobRun
from backend.embedded.jobs.programs import placed
from backend.embedded.jobs.stop_signal import StopSignal

MESSAGE_LIMIT = 1024
_BELOW = "/opt/ml/processing/"
_LONGEST_SECONDS = 24 * 3600


def process(host: JobHost, job: Job, stop: StopSignal) -> Job:
    return host.carry_out(job, stop, _process)


def _process(run: JobRun) -> JobEnd:
    request = run.job.request
    session = run.session(request["RoleArn"])
    data = run.data(session)
    application = request["AppSpecification"]
    image = run.image(application["ImageUri"], session)
    outputs = [_output(one) for one in request.get("ProcessingOutputConfig", {}).get("Outputs", ())]
    for given in request.get("ProcessingInputs", ()):
        uri, folder = _input(given)
        data.download(uri, _local(run.root, folder))
    for _, folder in outputs:
        _local(run.root, folder).mkdir(parents=True, exist_ok=True)
    _configure(run, image)
    limit = request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", _LONGEST_SECONDS)
    ended = run.run(
        image,
        entrypoint=application.get("ContainerEntrypoint", ()),
        arguments=application.get("ContainerArguments", ()),
        environment=request.get("Environment", {}),
        limit_seconds=limit,
    )
    end = _end(ended, _message(run.root), limit)
    if end.status is JobStatus.COMPLETED:
        for uri, folder in outputs:
            data.upload_folder(_local(run.root, folder), uri)
    return end


def _input(given: Mapping[str, Any]) -> tuple[str, str]:
    match given:
        case {"S3Input": {"S3DataType": "S3Prefix", "S3Uri": uri, "LocalPath": folder}}:
            return uri, folder
    raise JobFailed(
        f"ClientError: Input {given.get('InputName')!r} is not an S3Prefix with a LocalPath: "
        "other inputs are not served by this cloud."
    )


def _output(given: Mapping[str, Any]) -> tuple[str, str]:
    match given:
        case {"S3Output": {"S3Uri": uri, "LocalPath": folder}}:
            return uri, folder
    raise JobFailed(
        f"ClientError: Output {given.get('OutputName')!r} has no S3Uri and LocalPath: "
        "other outputs are not served by this cloud."
    )


def _local(root: Path, folder: str) -> Path:
    here = (root / "processing" / folder.removeprefix(_BELOW)).resolve()
    if not folder.startswith(_BELOW) or not here.is_relative_to((root / "processing").resolve()):
        raise JobFailed(f"ClientError: LocalPath {folder!r} has to lie below {_BELOW}")
    return here


def _configure(run: JobRun, image: Path) -> None:
    """The files that tell the program about its job, with the paths it finds here."""
    request, folder = run.job.request, run.root / "config"
    folder.mkdir()
    told = {
        "ProcessingJobArn": run.job.arn,
        "ProcessingJobName": run.job.name,
        "AppSpecification": request["AppSpecification"],
        "Environment": request.get("Environment", {}),
        "ProcessingInputs": request.get("ProcessingInputs", []),
        "ProcessingOutputConfig": request.get("ProcessingOutputConfig", {}),
        "ProcessingResources": request["ProcessingResources"],
        "RoleArn": request["RoleArn"],
        "StoppingCondition": request.get("StoppingCondition", {}),
    }
    (folder / "processingjobconfig.json").write_text(placed(json.dumps(told), run.root, image))
    hosts = {"current_host": "algo-1", "hosts": ["algo-1"]}
    (folder / "resourceconfig.json").write_text(json.dumps(hosts))
    (run.root / "output").mkdir()


def _message(root: Path) -> str | None:
    file = root / "output/message"
    if not file.is_file():
        return None
    with file.open("rb") as message:
        return message.read(MESSAGE_LIMIT).decode(errors="replace").strip() or None


def _end(ended: Ended, message: str | None, limit: int) -> JobEnd:
    match ended.ending:
        case Ending.STOPPED:
            return JobEnd(JobStatus.STOPPED, exit_message=message)
        case Ending.TIMED_OUT:
            reason = f"MaxRuntimeExceeded: The job ran longer than its {limit} seconds."
            return JobEnd(JobStatus.STOPPED, reason, exit_message=message)
    if ended.exit_code == 0:
        return JobEnd(JobStatus.COMPLETED, exit_message=message)
    told = message or "See job logs for more information"
    reason = f"AlgorithmError: {told}, exit code: {ended.exit_code}"
    return JobEnd(JobStatus.FAILED, reason, exit_message=message)
