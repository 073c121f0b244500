"""Responsible for what moto's pipelines, not their executions, answer differently from AWS."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker import models, utils
from moto.sagemaker.exceptions import ResourceNotFound, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from backend.embedded.sagemaker.journal import moto_now
from backend.embedded.sagemaker.listing import chosen_rows, listed

_SUMMARY = {
    "PipelineArn": "arn",
    "PipelineName": "pipeline_name",
    "PipelineDisplayName": "pipeline_display_name",
    "PipelineDescription": "pipeline_description",
    "RoleArn": "role_arn",
    "CreationTime": "creation_time",
    "LastModifiedTime": "last_modified_time",
    "LastExecutionTime": "last_execution_time",
}


def install() -> None:
    for module in (models, utils):
        vars(module)["get_pipeline_from_name"] = _find
    backend: Any = SageMakerModelBackend
    backend.create_pipeline = _create(backend.create_pipeline)
    backend.update_pipeline = _update(backend.update_pipeline)
    response: Any = SageMakerResponse
    response.list_pipelines = _list


def _find(pipelines: dict[str, Any], pipeline_name: str) -> Any:
    """A missing pipeline is ResourceNotFound, and a pipeline may be named by its ARN."""
    name = pipeline_name.rsplit("/", 1)[-1]
    if name not in pipelines:
        raise ResourceNotFound(f"Pipeline '{pipeline_name}' does not exist.")
    return pipelines[name]


def _create(create: Callable[..., Any]) -> Callable[..., Any]:
    """A second pipeline of one name is refused in AWS's words; a definition must be in the call."""

    def create_pipeline(self: Any, pipeline_name: str, **given: Any) -> Any:
        if pipeline_name in self.pipelines:
            raise ValidationError(
                "Pipeline names must be unique within an AWS account and region. "
                f"Pipeline with name ({pipeline_name}) already exists."
            )
        _refuse_s3(given)
        return create(self, pipeline_name=pipeline_name, **given)

    return create_pipeline


def _update(update: Callable[..., str]) -> Callable[..., str]:
    """An update changes the time of the last change."""

    def update_pipeline(self: Any, pipeline_name: str, **given: Any) -> str:
        _refuse_s3(given)
        pipeline = _find(self.pipelines, pipeline_name)
        arn = update(self, pipeline.pipeline_name, **given)
        pipeline.last_modified_time = moto_now()
        return arn

    return update_pipeline


def _refuse_s3(given: dict[str, Any]) -> None:
    """moto would look for the definition in an S3 of its own, which is empty."""
    if given.get("pipeline_definition_s3_location"):
        raise ValidationError(
            "The embedded cloud reads no PipelineDefinitionS3Location: give PipelineDefinition."
        )


def _list(self: Any) -> ActionResult:
    """Filters and order come before paging, and a prefix is where a name begins."""
    rows = chosen_rows(
        self,
        list(self.sagemaker_backend.pipelines.values()),
        "pipeline_name",
        prefix="PipelineNamePrefix",
    )
    return ActionResult(listed(self, "PipelineSummaries", rows, _summary))


def _summary(pipeline: Any) -> dict[str, Any]:
    return {member: getattr(pipeline, attribute) for member, attribute in _SUMMARY.items()}
