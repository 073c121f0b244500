"""Responsible for the steps that are jobs: their names, their permission, their outcome."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from backend.embedded.access.role_session import SERVICE, RoleSession
from backend.embedded.clock import now
from backend.embedded.executions.job_descriptions import (
    describe_processing,
    describe_training,
    describe_tuning,
    summarize_trial,
)
from backend.embedded.executions.step_act import StepAct
from backend.embedded.faults import InvalidRequest, RoleRefused, StepFailed, Stopped
from backend.embedded.jobs.job import Job, JobKind, JobStatus, Phase
from backend.embedded.jobs.processing import process
from backend.embedded.jobs.training import train
from backend.embedded.requests import check_request
from backend.embedded.tuning.tuning import ranked, search_of_job, trials_of, tune

_OPERATIONS = {
    JobKind.PROCESSING: ("CreateProcessingJob", "ProcessingJobName", "ProcessingJob"),
    JobKind.TRAINING: ("CreateTrainingJob", "TrainingJobName", "TrainingJob"),
    JobKind.TUNING: (
        "CreateHyperParameterTuningJob",
        "HyperParameterTuningJobName",
        "TuningJob",
    ),
}
_LONGEST_NAME = 63


def run_processing(act: StepAct) -> Mapping[str, Any]:
    job = process(act.host, _created(act, JobKind.PROCESSING), act.stop)
    _check_end(job, "Processing job")
    return describe_processing(job)


def run_training(act: StepAct) -> Mapping[str, Any]:
    job = train(act.host, _created(act, JobKind.TRAINING), act.stop)
    _check_end(job, "Training job")
    return describe_training(job)


def run_tuning(act: StepAct) -> Mapping[str, Any]:
    """Its trials are part of what it leaves, the best first, as Pipelines has it."""
    job = tune(act.host, _created(act, JobKind.TUNING, search_of_job), act.stop)
    _check_end(job, "Tuning job")
    trials = trials_of(act.host.jobs.all(), job.arn)
    summaries = [summarize_trial(trial, job) for trial in ranked(trials, job)]
    return describe_tuning(job, trials) | {"TrainingJobSummaries": summaries}


def _created(
    act: StepAct, kind: JobKind, check: Callable[[Mapping[str, Any]], object] = lambda request: None
) -> Job:
    """The job as SageMaker would create it for the pipeline's role, recorded and announced."""
    operation, name_field, metadata = _OPERATIONS[kind]
    request = act.resolve(act.step.arguments)
    name = _name_of(act, kind)
    try:
        check_request(operation, request | {name_field: name})
        check(request)
        job = _job(act, kind, name, request | {name_field: name})
        _check_permission(act.role(), operation, job)
        act.host.sessions.assume(_role_of(job), job.arn)
    except (InvalidRequest, RoleRefused) as refusal:
        raise StepFailed(
            f"ClientError: Failed to invoke sagemaker:{operation}. Error Details: {refusal}"
        ) from refusal
    act.host.jobs.put(job)
    act.announce({metadata: {"Arn": job.arn}})
    return job


def _job(act: StepAct, kind: JobKind, name: str, request: dict[str, Any]) -> Job:
    at = now()
    tags = {tag["Key"]: tag["Value"] for tag in request.pop("Tags", ())}
    # ARNs hold a job's name in lower case, so that names that differ in case only are the same.
    arn = f"arn:aws:sagemaker:{act.region}:{act.execution.account}:{kind}/{name.lower()}"
    return Job(
        kind=kind,
        name=name,
        arn=arn,
        request=request,
        tags=tags,
        created_at=at,
        changed_at=at,
        phases=(Phase("Starting", at),),
    )


def _name_of(act: StepAct, kind: JobKind) -> str:
    """As Pipelines names jobs; a tuning job's name has 32 characters at most."""
    token, step = secrets.token_hex(5), act.step.name
    if kind is JobKind.TUNING:
        return f"{act.execution.id}-{step[:7].strip('-_')}-{token}"
    start, end = f"pipelines-{act.execution.id}-", f"-{token}"
    room = _LONGEST_NAME - len(start) - len(end)
    return start + step.replace("_", "-")[:room].strip("-") + end


def _check_permission(role: RoleSession, operation: str, job: Job) -> None:
    """Pipelines makes, tags and watches a job with nothing but the rights of its role."""
    role.require(f"sagemaker:{operation}", job.arn)
    role.require(f"sagemaker:{operation.replace('Create', 'Describe')}", job.arn)
    if job.tags:
        role.require("sagemaker:AddTags", job.arn)
    role.require("iam:PassRole", _role_of(job), {"iam:PassedToService": SERVICE})


def _role_of(job: Job) -> str:
    definition = job.request["TrainingJobDefinition"] if job.kind is JobKind.TUNING else job.request
    return str(definition["RoleArn"])


def _check_end(job: Job, what: str) -> None:
    if job.status is JobStatus.COMPLETED:
        return
    if job.status is JobStatus.STOPPED and job.phases[-1].status != "MaxRuntimeExceeded":
        if job.reason is None:
            raise Stopped(f"{what} {job.name} was stopped.")
        raise StepFailed(f"ClientError: {job.reason}")
    if job.status is JobStatus.STOPPED:
        limit = job.request["StoppingCondition"]["MaxRuntimeInSeconds"]
        raise StepFailed(
            f"ClientError: MaxRuntimeExceeded: {what} {job.name} ran longer than its "
            f"{limit} seconds."
        )
    raise StepFailed(job.reason or f"{what} {job.name} failed.")
