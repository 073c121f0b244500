"""Responsible for SageMaker's operations on pipeline executions, in the place of moto's."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.sagemaker.exceptions import ResourceNotFound, SagemakerClientError, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from backend.embedded.definitions.definition import parsed
from backend.embedded.definitions.parameters import text_of
from backend.embedded.executions.execution_record import Execution, StepRecord
from backend.embedded.executions.executions import Executions, Start
from backend.embedded.faults import (
    InvalidDefinition,
    InvalidParameters,
    NotExecuting,
    TooManyExecutions,
)
from backend.embedded.sagemaker.listing import listed, moment_in

_TOKEN_LENGTHS = range(32, 129)
_UNSERVED = ("SelectiveExecutionConfig", "PipelineVersionId", "MlflowExperimentName")
_MOST_PARAMETERS = 50


class ResourceLimitExceeded(SagemakerClientError):
    code = "ResourceLimitExceeded"


def install(executions: Executions) -> None:
    backend: Any = SageMakerModelBackend
    backend.create_pipeline = _checked(backend.create_pipeline)
    backend.update_pipeline = _checked(backend.update_pipeline)
    for name, operation in _OPERATIONS.items():
        setattr(SageMakerResponse, name, _answering(operation, executions))


def _checked(change: Callable[..., Any]) -> Callable[..., Any]:
    """A definition that could not run is refused when it is given, not when it is started."""

    def checked(self: Any, pipeline_name: str, **given: Any) -> Any:
        if given.get("pipeline_definition"):
            try:
                parsed(given["pipeline_definition"])
            except InvalidDefinition as fault:
                raise ValidationError(str(fault)) from fault
        return change(self, pipeline_name, **given)

    return checked


def _answering(
    operation: Callable[[Any, Executions], dict[str, Any]], executions: Executions
) -> Callable[[Any], ActionResult]:
    def answer(self: Any) -> ActionResult:
        try:
            return ActionResult(operation(self, executions))
        except (InvalidDefinition, InvalidParameters, NotExecuting) as fault:
            raise ValidationError(str(fault)) from fault
        except TooManyExecutions as fault:
            raise ResourceLimitExceeded(str(fault)) from fault

    return answer


def _start(asked: Any, executions: Executions) -> dict[str, Any]:
    for member in _UNSERVED:
        if asked._get_param(member) is not None:
            raise ValidationError(f"The embedded cloud does not serve {member}.")
    pipeline = _pipeline(asked)
    parallelism = (
        asked._get_param("ParallelismConfiguration") or pipeline.parallelism_configuration or {}
    )
    execution = executions.start(
        Start(
            pipeline_arn=pipeline.arn,
            pipeline_name=pipeline.pipeline_name,
            role_arn=pipeline.role_arn,
            definition=pipeline.pipeline_definition,
            parameters=asked._get_param("PipelineParameters") or (),
            token=_token(asked),
            display_name=asked._get_param("PipelineExecutionDisplayName"),
            description=asked._get_param("PipelineExecutionDescription"),
            max_parallel=parallelism.get("MaxParallelExecutionSteps"),
        )
    )
    pipeline.last_execution_time = utcnow()
    return {"PipelineExecutionArn": execution.arn}


def _stop(asked: Any, executions: Executions) -> dict[str, Any]:
    _token(asked)
    execution = _execution(asked, executions)
    executions.stop(execution.arn)
    return {"PipelineExecutionArn": execution.arn}


def _retry(asked: Any, executions: Executions) -> dict[str, Any]:
    _token(asked)
    execution = _execution(asked, executions)
    executions.retry(execution.arn)
    return {"PipelineExecutionArn": execution.arn}


def _describe(asked: Any, executions: Executions) -> dict[str, Any]:
    execution = _execution(asked, executions)
    return {
        "PipelineArn": execution.pipeline_arn,
        "PipelineExecutionArn": execution.arn,
        "PipelineExecutionDisplayName": execution.display_name,
        "PipelineExecutionStatus": execution.status,
        "PipelineExecutionDescription": execution.description,
        "FailureReason": execution.reason,
        "CreationTime": execution.started_at,
        "LastModifiedTime": execution.changed_at,
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": execution.max_parallel},
    }


def _describe_definition(asked: Any, executions: Executions) -> dict[str, Any]:
    execution = _execution(asked, executions)
    return {"PipelineDefinition": execution.definition, "CreationTime": execution.started_at}


def _list(asked: Any, executions: Executions) -> dict[str, Any]:
    pipeline = _pipeline(asked)
    after, before = moment_in(asked, "CreatedAfter"), moment_in(asked, "CreatedBefore")
    rows = [
        execution
        for execution in executions.records.all()
        if execution.pipeline_arn == pipeline.arn
        and (after is None or execution.started_at > after)
        and (before is None or execution.started_at < before)
    ]
    by_arn = asked._get_param("SortBy") == "PipelineExecutionArn"
    rows.sort(
        key=lambda row: row.arn if by_arn else (row.started_at, row.arn),
        reverse=asked._get_param("SortOrder", "Descending") == "Descending",
    )
    return listed(asked, "PipelineExecutionSummaries", rows, _summary)


def _list_steps(asked: Any, executions: Executions) -> dict[str, Any]:
    steps = list(_execution(asked, executions).steps)
    if asked._get_param("SortOrder", "Descending") == "Descending":
        steps.reverse()
    return listed(asked, "PipelineExecutionSteps", steps, _step)


def _list_parameters(asked: Any, executions: Executions) -> dict[str, Any]:
    parameters = list(_execution(asked, executions).parameters.items())
    return listed(
        asked,
        "PipelineParameters",
        parameters,
        lambda pair: {"Name": pair[0], "Value": text_of(pair[1])},
        most=_MOST_PARAMETERS,
    )


_OPERATIONS: dict[str, Callable[[Any, Executions], dict[str, Any]]] = {
    "start_pipeline_execution": _start,
    "stop_pipeline_execution": _stop,
    "retry_pipeline_execution": _retry,
    "describe_pipeline_execution": _describe,
    "describe_pipeline_definition_for_execution": _describe_definition,
    "list_pipeline_executions": _list,
    "list_pipeline_execution_steps": _list_steps,
    "list_pipeline_parameters_for_execution": _list_parameters,
}


def _pipeline(asked: Any) -> Any:
    name = asked._get_param("PipelineName").rsplit("/", 1)[-1]
    pipeline = asked.sagemaker_backend.pipelines.get(name)
    if pipeline is None:
        arn = f"arn:aws:sagemaker:{asked.region}:{asked.current_account}:pipeline/{name}"
        raise ResourceNotFound(f"Pipeline '{arn}' does not exist.")
    return pipeline


def _execution(asked: Any, executions: Executions) -> Execution:
    arn = asked._get_param("PipelineExecutionArn") or ""
    execution = executions.records.find(arn)
    if execution is None:
        raise ResourceNotFound(f"Pipeline execution '{arn}' does not exist.")
    return execution


def _token(asked: Any) -> str:
    token: str = asked._get_param("ClientRequestToken") or ""
    if len(token) not in _TOKEN_LENGTHS:
        raise ValidationError(
            f"ClientRequestToken {token!r} has {len(token)} characters: give 32 to 128."
        )
    return token


def _summary(execution: Execution) -> dict[str, Any]:
    return {
        "PipelineExecutionArn": execution.arn,
        "StartTime": execution.started_at,
        "PipelineExecutionStatus": execution.status,
        "PipelineExecutionDescription": execution.description,
        "PipelineExecutionDisplayName": execution.display_name,
        "PipelineExecutionFailureReason": execution.reason,
    }


def _step(step: StepRecord) -> dict[str, Any]:
    return {
        "StepName": step.name,
        "StartTime": step.started_at,
        "EndTime": step.ended_at,
        "StepStatus": step.status,
        "FailureReason": step.reason,
        "Metadata": dict(step.metadata) or None,
        "AttemptCount": 1,
    }
