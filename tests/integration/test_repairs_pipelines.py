"""Pipelines themselves, not their executions, answer as AWS's do."""

import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cloud import Cloud
from tests.integration.test_repairs_registry import refusal

DEFINITION = json.dumps(
    {
        "Version": "2020-12-01",
        "Steps": [{"Name": "End", "Type": "Fail", "Arguments": {"ErrorMessage": "done"}}],
    }
)
ROLE = "arn:aws:iam::123456789012:role/any"


@pytest.fixture
def sagemaker(cloud: Cloud) -> Any:
    return cloud.session().client("sagemaker")


@pytest.fixture
def pipeline(sagemaker: Any) -> str:
    return made(sagemaker, f"pipeline-{uuid.uuid4().hex[:8]}")


def made(sagemaker: Any, name: str) -> str:
    sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=DEFINITION, RoleArn=ROLE)
    return name


def test_a_missing_pipeline_is_resource_not_found(sagemaker: Any) -> None:
    for call in (
        sagemaker.describe_pipeline, sagemaker.delete_pipeline, sagemaker.update_pipeline,
    ):  # fmt: skip
        code, message = refusal(call, PipelineName="none")
        assert (code, message) == ("ResourceNotFound", "Pipeline 'none' does not exist.")


def test_a_second_pipeline_of_one_name_is_refused(sagemaker: Any, pipeline: str) -> None:
    code, message = refusal(
        sagemaker.create_pipeline,
        PipelineName=pipeline,
        PipelineDefinition=DEFINITION,
        RoleArn=ROLE,
    )
    assert code == "ValidationException"
    assert message.startswith("Pipeline names must be unique")


def test_an_update_moves_the_time_of_the_last_change(sagemaker: Any, pipeline: str) -> None:
    before = sagemaker.describe_pipeline(PipelineName=pipeline)
    time.sleep(0.01)
    sagemaker.update_pipeline(PipelineName=pipeline, PipelineDescription="new")
    after = sagemaker.describe_pipeline(PipelineName=pipeline)
    assert after["LastModifiedTime"] > before["LastModifiedTime"]
    assert after["CreationTime"] == before["CreationTime"]
    assert after["PipelineDefinition"] == DEFINITION


def test_a_definition_in_s3_is_refused_by_name(sagemaker: Any) -> None:
    code, message = refusal(
        sagemaker.create_pipeline,
        PipelineName="from-s3",
        PipelineDefinitionS3Location={"Bucket": "bucket", "ObjectKey": "key"},
        RoleArn=ROLE,
    )
    assert (code, "PipelineDefinitionS3Location" in message) == ("ValidationException", True)


def test_pipelines_are_listed_by_prefix_time_order_and_page(sagemaker: Any) -> None:
    stem = f"listed-{uuid.uuid4().hex[:8]}"
    names = [made(sagemaker, f"{stem}-{letter}") for letter in "abc"]
    made(sagemaker, f"not-{stem}")

    def found(**request: Any) -> list[str]:
        pages = sagemaker.get_paginator("list_pipelines").paginate(
            PipelineNamePrefix=stem, PaginationConfig={"PageSize": 2}, **request
        )
        return [p["PipelineName"] for page in pages for p in page["PipelineSummaries"]]

    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert found() == names[::-1]
    assert found(SortBy="Name", SortOrder="Ascending") == names
    assert found(CreatedAfter=soon) == []
    assert found(CreatedBefore=soon) == names[::-1]
