"""What SageMaker refuses before anything runs."""

import uuid
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.cloud import Cloud
from tests.integration.stage import Stage, fail_step, get, joined, stage_of, written

DECLARED = [
    {"Name": "Word", "Type": "String"},
    {"Name": "Count", "Type": "Integer", "DefaultValue": 1},
    {"Name": "Rate", "Type": "Float", "DefaultValue": 0.5},
]

_UNCHECKED = Config(parameter_validation=False)


@pytest.fixture(scope="module")
def stage(cloud: Cloud) -> Stage:
    return stage_of(cloud)


@pytest.fixture(scope="module")
def pipeline(stage: Stage) -> str:
    return stage.pipeline(
        fail_step("Say", joined(get("Parameters.Word"), on="")), parameters=DECLARED
    )


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        ("{", "not JSON"),
        ("{}", "Version"),
        ('{"Version": "2020-12-01"}', "has no Steps"),
        (written(fail_step("A", "x"), fail_step("A", "y")), "'A' is used twice"),
        (written({"Name": "A", "Type": "Transform", "Arguments": {}}), "'Transform'"),
        (written(fail_step("A", get("Parameters.Ghost"))), "parameter 'Ghost'"),
        (written(fail_step("A", get("Steps.Ghost.x"))), "step 'Ghost'"),
        (written(fail_step("A", "x", DependsOn=["B"]), fail_step("B", "x", DependsOn=["A"])), "A"),
        (written(fail_step("A", "x" * 1024 * 1024)), "1,048,576"),
    ],
    ids=["text", "version", "steps", "twice", "type", "parameter", "step", "circle", "size"],
)
def test_a_bad_definition_is_refused_when_it_is_given(
    stage: Stage, pipeline: str, definition: str, sentence: str
) -> None:
    asked: dict[str, Any] = {"PipelineDefinition": definition, "RoleArn": stage.pipeline_role}
    name = f"bad-{uuid.uuid4().hex[:8]}"
    with pytest.raises(ClientError) as created:
        stage.sagemaker.create_pipeline(
            PipelineName=name, ClientRequestToken=uuid.uuid4().hex, **asked
        )
    with pytest.raises(ClientError) as updated:
        stage.sagemaker.update_pipeline(PipelineName=pipeline, **asked)
    for refusal in (created, updated):
        assert refusal.value.response["Error"]["Code"] == "ValidationException"
        assert sentence in refusal.value.response["Error"]["Message"]
    with pytest.raises(ClientError, match="does not exist"):
        stage.sagemaker.describe_pipeline(PipelineName=name)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({}, "Parameter 'Word' is required"),
        ({"Word": "a", "Ghost": "b"}, "Unknown parameter 'Ghost'"),
        ({"Word": "a", "Count": "many"}, "Parameter 'Count': 'many' is not of type Integer."),
        ({"Word": "a", "Rate": "1,5"}, "Parameter 'Rate': '1,5' is not of type Float."),
    ],
    ids=["missing", "unknown", "integer", "float"],
)
def test_an_unfit_parameter_starts_nothing(
    stage: Stage, pipeline: str, parameters: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ClientError) as refusal:
        stage.start(pipeline, **parameters)
    assert refusal.value.response["Error"]["Code"] == "ValidationException"
    assert sentence in refusal.value.response["Error"]["Message"]
    listed = stage.sagemaker.list_pipeline_executions(PipelineName=pipeline)
    assert listed["PipelineExecutionSummaries"] == []


@pytest.mark.parametrize("token", ["short", "x" * 129])
def test_a_token_has_32_to_128_characters(stage: Stage, pipeline: str, token: str) -> None:
    lenient = stage.session.client("sagemaker", config=_UNCHECKED)
    with pytest.raises(ClientError, match=r"ClientRequestToken"):
        lenient.start_pipeline_execution(
            PipelineName=pipeline,
            PipelineParameters=[{"Name": "Word", "Value": "a"}],
            ClientRequestToken=token,
        )


def test_what_is_not_there_is_not_found(stage: Stage) -> None:
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:pipeline/x/execution/{'a' * 12}"
    sagemaker = stage.sagemaker
    asked = [
        lambda: stage.start("no-such-pipeline"),
        lambda: sagemaker.list_pipeline_executions(PipelineName="no-such-pipeline"),
        lambda: sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn),
        lambda: sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn),
        lambda: sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn),
        lambda: sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn),
        lambda: sagemaker.stop_pipeline_execution(
            PipelineExecutionArn=arn, ClientRequestToken=uuid.uuid4().hex
        ),
    ]
    for ask in asked:
        with pytest.raises(ClientError) as refusal:
            ask()
        assert refusal.value.response["Error"]["Code"] == "ResourceNotFound"


@pytest.mark.parametrize("operation", ["training", "processing", "hyper_parameter_tuning"])
def test_an_unknown_job_is_named(stage: Stage, operation: str) -> None:
    describe = getattr(stage.sagemaker, f"describe_{operation}_job")
    member = "".join(word.title() for word in operation.split("_")) + "JobName"
    with pytest.raises(ClientError, match=r"Could not find .*job/no-such-job"):
        describe(**{member: "no-such-job"})


def test_what_is_over_is_not_stopped(stage: Stage, pipeline: str) -> None:
    arn = stage.start(pipeline, Word="a")
    stage.ended(arn)
    with pytest.raises(ClientError) as refusal:
        stage.sagemaker.stop_pipeline_execution(
            PipelineExecutionArn=arn, ClientRequestToken=uuid.uuid4().hex
        )
    assert refusal.value.response["Error"]["Code"] == "ValidationException"
    assert "Failed" in refusal.value.response["Error"]["Message"]


def test_a_page_of_another_list_is_refused(stage: Stage, pipeline: str) -> None:
    with pytest.raises(ClientError, match="pagination token"):
        stage.sagemaker.list_pipeline_executions(PipelineName=pipeline, NextToken="nonsense")
