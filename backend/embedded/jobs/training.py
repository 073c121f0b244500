"""Responsible for a training job: channels down, the container's program, the model up."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.embedded.faults import JobFailed
from backend.embedded.jobs.containers import Ended, Ending
from backend.embedded.jobs.job import Job, JobStatus, Metric
from backend.embedded.jobs.job_data import JobData
from backend.embedded.jobs.job_host import JobEnd, JobHost, JobRun
from backend.embedded.jobs.metric_watch import MetricWatch
from backend.embedded.jobs.stop_signal import StopSignal

FAILURE_LIMIT = 1024
_LONGEST_SECONDS = 24 * 3600


def train(host: JobHost, job: Job, stop: StopSignal) -> Job:
    return host.carry_out(job, stop, _train)


def model_uri_of(job: Job) -> str:
    return f"{_output_uri(job)}/model.tar.gz"


def _train(run: JobRun) -> JobEnd:
    request, algorithm = run.job.request, run.job.request["AlgorithmSpecification"]
    metrics = MetricWatch(algorithm.get("MetricDefinitions", ()))
    session = run.session(request["RoleArn"])
    data = run.data(session)
    image = run.image(_image_of(algorithm), session)
    _configure(run)
    run.enter("Downloading")
    for channel in request.get("InputDataConfig", ()):
        folder = run.root / "input/data" / channel["ChannelName"]
        folder.mkdir(parents=True)
        data.download(_uri_of(channel), folder)
    run.enter("Training")
    ended = run.run(
        image,
        entrypoint=algorithm.get("ContainerEntrypoint", ()),
        arguments=algorithm.get("ContainerArguments", ("train",)),
        environment=request.get("Environment", {})
        | {"TRAINING_JOB_NAME": run.job.name, "TRAINING_JOB_ARN": run.job.arn},
        limit_seconds=request["StoppingCondition"].get("MaxRuntimeInSeconds", _LONGEST_SECONDS),
        watch=metrics.see,
    )
    end = _end(ended, run.root, metrics.final())
    if end.status is not JobStatus.FAILED:
        run.enter("Uploading")
        _upload(run, data)
    return end


def _image_of(algorithm: Mapping[str, Any]) -> str:
    if "TrainingImage" not in algorithm:
        raise JobFailed("ClientError: AlgorithmSpecification names no TrainingImage.")
    return str(algorithm["TrainingImage"])


def _uri_of(channel: Mapping[str, Any]) -> str:
    match channel:
        case {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": str(uri)}}}:
            if channel.get("InputMode", "File") != "Pipe":
                return uri
    raise JobFailed(
        f"ClientError: Channel {channel['ChannelName']!r} is not an S3Prefix in File mode: "
        "other channels are not served by this cloud."
    )


def _configure(run: JobRun) -> None:
    request, root = run.job.request, run.root
    for folder in ("input/config", "input/data", "model", "output/data"):
        (root / folder).mkdir(parents=True)
    channels = {
        channel["ChannelName"]: {
            "ContentType": channel.get("ContentType", ""),
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
        }
        for channel in request.get("InputDataConfig", ())
    }
    hosts = {
        "current_host": "algo-1",
        "current_instance_type": run.job.instance_type,
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1"],
        "network_interface_name": "lo",
    }
    told = {
        "hyperparameters": request.get("HyperParameters", {}),
        "inputdataconfig": channels,
        "resourceconfig": hosts,
    }
    for name, content in told.items():
        (root / f"input/config/{name}.json").write_text(json.dumps(content))


def _end(ended: Ended, root: Path, metrics: tuple[Metric, ...]) -> JobEnd:
    match ended.ending:
        case Ending.STOPPED:
            return JobEnd(JobStatus.STOPPED, metrics=metrics)
        case Ending.TIMED_OUT:
            return JobEnd(JobStatus.STOPPED, phase="MaxRuntimeExceeded", metrics=metrics)
    if ended.exit_code == 0:
        return JobEnd(JobStatus.COMPLETED, metrics=metrics)
    reason = f"AlgorithmError: {_failure(root)}, exit code: {ended.exit_code}"
    return JobEnd(JobStatus.FAILED, reason, metrics=metrics)


def _failure(root: Path) -> str:
    file = root / "output/failure"
    if not file.is_file():
        return ""
    with file.open(errors="replace") as failure:
        return failure.read(FAILURE_LIMIT).strip()


def _upload(run: JobRun, data: JobData) -> None:
    uri = _output_uri(run.job)
    data.upload_archive(run.root / "model", f"{uri}/model.tar.gz", run.root / "model.tar.gz")
    if any((run.root / "output/data").iterdir()):
        archive = run.root / "output.tar.gz"
        data.upload_archive(run.root / "output/data", f"{uri}/output.tar.gz", archive)


def _output_uri(job: Job) -> str:
    return f"{job.request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{job.name}/output"
