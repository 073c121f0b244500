"""Responsible for SageMaker's operations on jobs, in the place of moto's."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ResourceNotFound, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from backend.embedded.executions.job_descriptions import (
    describe_processing,
    describe_training,
    describe_tuning,
    summarize_processing,
    summarize_training,
    summarize_trial,
    summarize_tuning,
)
from backend.embedded.jobs.job import Job, JobKind
from backend.embedded.jobs.record_store import RecordStore
from backend.embedded.sagemaker.listing import listed, moment_in
from backend.embedded.tuning.tuning import objective_of, score_of, trials_of

Jobs = RecordStore[Job]

_DEFAULT_PAGE = 10
_NAMES = {
    JobKind.PROCESSING: ("ProcessingJobName", "processing job"),
    JobKind.TRAINING: ("TrainingJobName", "training job"),
    JobKind.TUNING: ("HyperParameterTuningJobName", "hyperparameter tuning job"),
}
# Jobs run as steps of pipelines; moto would make jobs of its own that run nothing.
_UNSERVED = (
    "create_processing_job",
    "create_training_job",
    "create_hyper_parameter_tuning_job",
    "stop_processing_job",
    "delete_hyper_parameter_tuning_job",
)


def install(jobs: Jobs) -> None:
    for name, operation in _OPERATIONS.items():
        setattr(SageMakerResponse, name, _answering(operation, jobs))
    for name in _UNSERVED:
        setattr(SageMakerResponse, name, _refused)
    backend: Any = SageMakerModelBackend
    backend._get_resource_from_arn = _tagged(backend._get_resource_from_arn, jobs)


def _answering(
    operation: Callable[[Any, Jobs], dict[str, Any]], jobs: Jobs
) -> Callable[[Any], ActionResult]:
    return lambda asked: ActionResult(operation(asked, jobs))


def _refused(asked: Any) -> ActionResult:
    raise ValidationError("The embedded cloud runs jobs as steps of a pipeline only.")


class _Tags:
    """A job's tags as moto reads and writes them."""

    def __init__(self, jobs: Jobs, arn: str) -> None:
        self._jobs, self._arn = jobs, arn

    @property
    def tags(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self._jobs[self._arn].tags.items()]

    @tags.setter
    def tags(self, tags: list[dict[str, str]]) -> None:
        written = {tag["Key"]: tag["Value"] for tag in tags}
        self._jobs.change(self._arn, lambda job: job.tagged(written))


def _tagged(find: Callable[..., Any], jobs: Jobs) -> Callable[..., Any]:
    """ListTags, AddTags and DeleteTags know the executor's jobs."""

    def tagged(self: Any, arn: str) -> Any:
        return _Tags(jobs, arn) if jobs.find(arn) else find(self, arn)

    return tagged


def _describe_processing(asked: Any, jobs: Jobs) -> dict[str, Any]:
    return describe_processing(_job(asked, jobs, JobKind.PROCESSING))


def _describe_training(asked: Any, jobs: Jobs) -> dict[str, Any]:
    return describe_training(_job(asked, jobs, JobKind.TRAINING))


def _describe_tuning(asked: Any, jobs: Jobs) -> dict[str, Any]:
    job = _job(asked, jobs, JobKind.TUNING)
    return describe_tuning(job, trials_of(jobs.all(), job.arn))


def _list_processing(asked: Any, jobs: Jobs) -> dict[str, Any]:
    rows = _chosen(asked, jobs, JobKind.PROCESSING)
    return listed(asked, "ProcessingJobSummaries", rows, summarize_processing, most=_DEFAULT_PAGE)


def _list_training(asked: Any, jobs: Jobs) -> dict[str, Any]:
    rows = _chosen(asked, jobs, JobKind.TRAINING)
    return listed(asked, "TrainingJobSummaries", rows, summarize_training, most=_DEFAULT_PAGE)


def _list_tuning(asked: Any, jobs: Jobs) -> dict[str, Any]:
    rows = _chosen(asked, jobs, JobKind.TUNING)

    def summary(job: Job) -> dict[str, Any]:
        return summarize_tuning(job, trials_of(jobs.all(), job.arn))

    return listed(asked, "HyperParameterTuningJobSummaries", rows, summary, most=_DEFAULT_PAGE)


def _list_trials(asked: Any, jobs: Jobs) -> dict[str, Any]:
    job = _job(asked, jobs, JobKind.TUNING)
    status = asked._get_param("StatusEquals")
    trials = [t for t in trials_of(jobs.all(), job.arn) if status in (None, t.status)]
    trials.sort(
        key=_trial_keys(job)[asked._get_param("SortBy", "Name")],
        reverse=asked._get_param("SortOrder", "Ascending") == "Descending",
    )

    def summary(trial: Job) -> dict[str, Any]:
        return summarize_trial(trial, job)

    return listed(asked, "TrainingJobSummaries", trials, summary, most=_DEFAULT_PAGE)


_OPERATIONS: dict[str, Callable[[Any, Jobs], dict[str, Any]]] = {
    "describe_processing_job": _describe_processing,
    "describe_training_job": _describe_training,
    "describe_hyper_parameter_tuning_job": _describe_tuning,
    "list_processing_jobs": _list_processing,
    "list_training_jobs": _list_training,
    "list_hyper_parameter_tuning_jobs": _list_tuning,
    "list_training_jobs_for_hyper_parameter_tuning_job": _list_trials,
}


def _job(asked: Any, jobs: Jobs, kind: JobKind) -> Job:
    """By its name in any case, as SageMaker finds it."""
    member, what = _NAMES[kind]
    name = asked._get_param(member)
    arn = f"arn:aws:sagemaker:{asked.region}:{asked.current_account}:{kind}/{name.lower()}"
    job = jobs.find(arn)
    if job is None and kind is JobKind.TUNING:
        raise ResourceNotFound(f"Could not find {what} '{arn}'.")
    if job is None:
        raise ValidationError(f"Could not find {what} '{arn}'.")
    return job


def _chosen(asked: Any, jobs: Jobs, kind: JobKind) -> list[Job]:
    text, status = asked._get_param("NameContains", ""), asked._get_param("StatusEquals")
    region = asked.region
    rows = [
        job
        for job in jobs.all()
        if job.kind is kind
        and job.arn.split(":")[3] == region
        and text.lower() in job.name.lower()
        and status in (None, job.status)
        and _within(job.created_at, asked, "CreationTime")
        and _within(job.changed_at, asked, "LastModifiedTime")
    ]
    key = _JOB_KEYS[asked._get_param("SortBy", "CreationTime")]
    rows.sort(key=key, reverse=asked._get_param("SortOrder", "Descending") == "Descending")
    return rows


def _within(at: datetime, asked: Any, member: str) -> bool:
    after, before = moment_in(asked, f"{member}After"), moment_in(asked, f"{member}Before")
    return (after is None or at > after) and (before is None or at < before)


_JOB_KEYS: Mapping[str, Callable[[Job], Any]] = {
    "Name": lambda job: job.name,
    "CreationTime": lambda job: (job.created_at, job.name),
    "Status": lambda job: (job.status, job.created_at),
}


def _trial_keys(job: Job) -> Mapping[str, Callable[[Job], Any]]:
    """Trials without a score come after those with one."""
    objective = objective_of(job)["MetricName"]

    def score(trial: Job) -> Any:
        value = score_of(trial, objective)
        return (value is None, value or 0.0)

    return {**_JOB_KEYS, "FinalObjectiveMetricValue": score}
