"""Responsible for describing jobs the way SageMaker does: descriptions, summaries, counters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from backend.embedded.jobs.job import Job, JobStatus
from backend.embedded.jobs.training import model_uri_of
from backend.embedded.tuning.tuning import objective_of, ranked, score_of

_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
}


def describe_processing(job: Job) -> dict[str, Any]:
    return dict(job.request) | _known(
        ProcessingJobName=job.name,
        ProcessingJobArn=job.arn,
        ProcessingJobStatus=job.status,
        CreationTime=job.created_at,
        LastModifiedTime=job.changed_at,
        ProcessingStartTime=job.started_at,
        ProcessingEndTime=job.ended_at,
        FailureReason=job.reason,
        ExitMessage=job.exit_message,
    )


def summarize_processing(job: Job) -> dict[str, Any]:
    return _known(
        ProcessingJobName=job.name,
        ProcessingJobArn=job.arn,
        ProcessingJobStatus=job.status,
        CreationTime=job.created_at,
        LastModifiedTime=job.changed_at,
        ProcessingEndTime=job.ended_at,
        FailureReason=job.reason,
        ExitMessage=job.exit_message,
    )


def describe_training(job: Job) -> dict[str, Any]:
    has_model = job.ended_at is not None and job.status is not JobStatus.FAILED
    return dict(job.request) | _known(
        TrainingJobName=job.name,
        TrainingJobArn=job.arn,
        TuningJobArn=job.tuning_job_arn,
        ModelArtifacts={"S3ModelArtifacts": model_uri_of(job)} if has_model else {},
        TrainingJobStatus=job.status,
        SecondaryStatus=_secondary(job),
        SecondaryStatusTransitions=_transitions(job),
        FinalMetricDataList=_metrics(job),
        CreationTime=job.created_at,
        LastModifiedTime=job.changed_at,
        TrainingStartTime=job.started_at,
        TrainingEndTime=job.ended_at,
        TrainingTimeInSeconds=job.billable_seconds or None,
        BillableTimeInSeconds=job.billable_seconds or None,
        FailureReason=job.reason,
    )


def summarize_training(job: Job) -> dict[str, Any]:
    return _known(
        TrainingJobName=job.name,
        TrainingJobArn=job.arn,
        TrainingJobStatus=job.status,
        SecondaryStatus=_secondary(job),
        CreationTime=job.created_at,
        LastModifiedTime=job.changed_at,
        TrainingEndTime=job.ended_at,
    )


def describe_tuning(job: Job, trials: Sequence[Job]) -> dict[str, Any]:
    best = ranked(trials, job)[:1]
    return dict(job.request) | _known(
        HyperParameterTuningJobName=job.name,
        HyperParameterTuningJobArn=job.arn,
        HyperParameterTuningJobStatus=job.status,
        CreationTime=job.created_at,
        LastModifiedTime=job.changed_at,
        HyperParameterTuningEndTime=job.ended_at,
        TrainingJobStatusCounters=_status_counters(trials),
        ObjectiveStatusCounters=_objective_counters(job, trials),
        BestTrainingJob=summarize_trial(best[0], job) if best else None,
        FailureReason=job.reason,
        ConsumedResources={"RuntimeInSeconds": sum(trial.billable_seconds for trial in trials)},
    )


def summarize_tuning(job: Job, trials: Sequence[Job]) -> dict[str, Any]:
    config = job.request["HyperParameterTuningJobConfig"]
    return _known(
        HyperParameterTuningJobName=job.name,
        HyperParameterTuningJobArn=job.arn,
        HyperParameterTuningJobStatus=job.status,
        Strategy=config["Strategy"],
        ResourceLimits=config["ResourceLimits"],
        CreationTime=job.created_at,
        LastModifiedTime=job.changed_at,
        HyperParameterTuningEndTime=job.ended_at,
        TrainingJobStatusCounters=_status_counters(trials),
        ObjectiveStatusCounters=_objective_counters(job, trials),
    )


def summarize_trial(trial: Job, job: Job) -> dict[str, Any]:
    objective = objective_of(job)
    score = score_of(trial, objective["MetricName"])
    return _known(
        TrainingJobName=trial.name,
        TrainingJobArn=trial.arn,
        TrainingJobStatus=trial.status,
        CreationTime=trial.created_at,
        TrainingStartTime=trial.started_at,
        TrainingEndTime=trial.ended_at,
        TunedHyperParameters=dict(trial.tuned),
        FailureReason=trial.reason,
        FinalHyperParameterTuningJobObjectiveMetric=None
        if score is None
        else {**objective, "Value": score},
        ObjectiveStatus=_objective_status(trial, objective["MetricName"]),
    )


def _known(**facts: Any) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if fact is not None}


def _secondary(job: Job) -> str:
    return "Stopping" if job.status is JobStatus.STOPPING else job.phases[-1].status


def _transitions(job: Job) -> list[dict[str, Any]]:
    ends: list[datetime | None] = [phase.began_at for phase in job.phases[1:]]
    ends.append(job.ended_at)
    return [
        _known(
            Status=phase.status,
            StartTime=phase.began_at,
            EndTime=end,
            StatusMessage=_MESSAGES.get(phase.status, phase.status),
        )
        for phase, end in zip(job.phases, ends, strict=True)
    ]


def _metrics(job: Job) -> list[dict[str, Any]] | None:
    found: list[dict[str, Any]] = [
        {"MetricName": one.name, "Value": one.value, "Timestamp": one.at} for one in job.metrics
    ]
    return found or None


def _status_counters(trials: Sequence[Job]) -> dict[str, int]:
    states = [trial.status for trial in trials]
    return {
        "Completed": states.count(JobStatus.COMPLETED),
        "InProgress": states.count(JobStatus.IN_PROGRESS) + states.count(JobStatus.STOPPING),
        "RetryableError": 0,
        "NonRetryableError": states.count(JobStatus.FAILED),
        "Stopped": states.count(JobStatus.STOPPED),
    }


def _objective_counters(job: Job, trials: Sequence[Job]) -> dict[str, int]:
    objective = objective_of(job)
    states = [_objective_status(trial, objective["MetricName"]) for trial in trials]
    return {state: states.count(state) for state in ("Succeeded", "Pending", "Failed")}


def _objective_status(trial: Job, metric: str) -> str:
    if not trial.status.is_final:
        return "Pending"
    return "Failed" if score_of(trial, metric) is None else "Succeeded"
