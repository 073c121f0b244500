"""Responsible for pipeline executions: starting, stopping, and what became of their steps."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain.build import BuildStep
from backend.domain.errors import Conflict, Invalid, NotFound, Unavailable

_METADATA = {
    "ProcessingJob": "Processing",
    "TrainingJob": "Training",
    "TuningJob": "Tuning",
    "Condition": "Condition",
    "RegisterModel": "RegisterModel",
    "Lambda": "Lambda",
    "Fail": "Fail",
}


class Executions:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _sagemaker(self) -> Any:
        return self._session.client("sagemaker")

    def start(
        self, pipeline: str, parameters: Mapping[str, str], *, token: str, display_name: str
    ) -> str:
        """Starts an execution, or finds the one this token has started; returns its ARN.

        Raises Invalid when SageMaker refuses the parameters and Unavailable when it is throttling
        or the account's concurrent executions are used up: the same call may then be made again.
        """
        kinds = {
            "ValidationException": Invalid,
            "ResourceNotFound": Invalid,
            "ResourceLimitExceeded": Unavailable,
            "ConflictException": Unavailable,
        }
        with translated(**kinds):
            started = self._sagemaker.start_pipeline_execution(
                PipelineName=pipeline,
                PipelineExecutionDisplayName=display_name,
                PipelineParameters=[
                    {"Name": name, "Value": value} for name, value in parameters.items()
                ],
                ClientRequestToken=token,
            )
        return str(started["PipelineExecutionArn"])

    def stop(self, execution_arn: str, *, token: str) -> None:
        """Asks for a stop; Conflict when the execution has ended already."""
        with translated(ValidationException=Conflict, ResourceNotFound=NotFound):
            self._sagemaker.stop_pipeline_execution(
                PipelineExecutionArn=execution_arn, ClientRequestToken=token
            )

    def find(self, pipeline: str, display_name: str, *, since: datetime) -> str | None:
        """The ARN of the execution that was started under this name."""
        pages = self._sagemaker.get_paginator("list_pipeline_executions")
        with translated(ResourceNotFound=NotFound):
            for page in pages.paginate(PipelineName=pipeline, CreatedAfter=since):
                for listed in page["PipelineExecutionSummaries"]:
                    if listed.get("PipelineExecutionDisplayName") == display_name:
                        return str(listed["PipelineExecutionArn"])
        return None

    def status(self, execution_arn: str) -> str | None:
        """SageMaker's word for how the execution stands; None when it knows of no such one."""
        try:
            with translated(ResourceNotFound=NotFound):
                return str(
                    self._sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution_arn)[
                        "PipelineExecutionStatus"
                    ]
                )
        except NotFound:
            return None

    def reason(self, execution_arn: str) -> str | None:
        """SageMaker's own word on why an execution failed."""
        described = self._sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution_arn)
        reason: str | None = described.get("FailureReason")
        return reason

    def parameters(self, execution_arn: str) -> dict[str, str]:
        pages = self._sagemaker.get_paginator("list_pipeline_parameters_for_execution")
        with translated(ResourceNotFound=NotFound):
            return {
                parameter["Name"]: parameter["Value"]
                for page in pages.paginate(PipelineExecutionArn=execution_arn)
                for parameter in page["PipelineParameters"]
            }

    def steps(self, execution_arn: str) -> tuple[BuildStep, ...]:
        """The steps begun so far, the first one first; cheap enough for a page."""
        pages = self._sagemaker.get_paginator("list_pipeline_execution_steps")
        with translated(ResourceNotFound=NotFound):
            return tuple(
                _step(listed)
                for page in pages.paginate(
                    PipelineExecutionArn=execution_arn, SortOrder="Ascending"
                )
                for listed in page["PipelineExecutionSteps"]
            )

    def metered(self, step: BuildStep) -> BuildStep:
        """The step with its job's instances, billable seconds and its own words on a failure."""
        match step.kind:
            case "Processing":
                return self._processing(step)
            case "Training":
                return self._training(step)
            case "Tuning":
                return self._tuning(step)
        return step

    def _processing(self, step: BuildStep) -> BuildStep:
        job = self._sagemaker.describe_processing_job(ProcessingJobName=step.job_name)
        cluster = job["ProcessingResources"]["ClusterConfig"]
        seconds = 0  # processing jobs have no billable field: they are billed from start to end
        if "ProcessingEndTime" in job and "ProcessingStartTime" in job:
            ran = job["ProcessingEndTime"] - job["ProcessingStartTime"]
            seconds = max(1, round(ran.total_seconds()))
        return replace(
            step,
            instance_type=cluster["InstanceType"],
            instance_count=cluster["InstanceCount"],
            billable_seconds=seconds,
            volume_gb=cluster["VolumeSizeInGB"],
            reason=job.get("ExitMessage") or job.get("FailureReason") or step.reason,
        )

    def _training(self, step: BuildStep) -> BuildStep:
        job = self._sagemaker.describe_training_job(TrainingJobName=step.job_name)
        cluster = job["ResourceConfig"]
        return replace(
            step,
            instance_type=cluster["InstanceType"],
            instance_count=cluster["InstanceCount"],
            billable_seconds=job.get("BillableTimeInSeconds", 0),
            volume_gb=cluster["VolumeSizeInGB"],
            reason=job.get("FailureReason") or step.reason,
        )

    def _tuning(self, step: BuildStep) -> BuildStep:
        """A tuning job's seconds are those of all its trials."""
        job = self._sagemaker.describe_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=step.job_name
        )
        cluster = job["TrainingJobDefinition"]["ResourceConfig"]
        pages = self._sagemaker.get_paginator(
            "list_training_jobs_for_hyper_parameter_tuning_job"
        ).paginate(HyperParameterTuningJobName=step.job_name)
        trials = [trial for page in pages for trial in page["TrainingJobSummaries"]]
        return replace(
            step,
            instance_type=cluster["InstanceType"],
            instance_count=cluster["InstanceCount"],
            billable_seconds=sum(self._trial_seconds(trial["TrainingJobName"]) for trial in trials),
            volume_gb=cluster["VolumeSizeInGB"],
            reason=_of_trials(trials) or job.get("FailureReason") or step.reason,
        )

    def _trial_seconds(self, name: str) -> int:
        job = self._sagemaker.describe_training_job(TrainingJobName=name)
        return int(job.get("BillableTimeInSeconds", 0))


def _step(listed: Mapping[str, Any]) -> BuildStep:
    metadata = listed.get("Metadata") or {}
    kind = next((name for name in _METADATA if name in metadata), "")
    arn = metadata.get(kind, {}).get("Arn", "") if kind else ""
    return BuildStep(
        name=listed["StepName"],
        kind=_METADATA.get(kind, ""),
        status=listed["StepStatus"],
        started_at=listed.get("StartTime"),
        ended_at=listed.get("EndTime"),
        job_name=arn.rsplit("/", 1)[-1],
        reason=listed.get("FailureReason"),
    )


def _of_trials(trials: list[Mapping[str, Any]]) -> str | None:
    """Why the trials failed, if none of them got through: they fail alike."""
    if any(trial["TrainingJobStatus"] == "Completed" for trial in trials):
        return None
    return next((trial["FailureReason"] for trial in trials if "FailureReason" in trial), None)
