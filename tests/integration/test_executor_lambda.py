"""How Lambda steps are invoked, what they hand on, and how they fail."""

import io
import json
import uuid
import zipfile
from textwrap import dedent
from typing import Any

import pytest

from tests.cloud import Cloud
from tests.integration.roles import allow
from tests.integration.stage import (
    Stage,
    fail_step,
    get,
    joined,
    lambda_step,
    service_role,
    stage_of,
)

FUNCTION = """
    import time

    def handler(event, context):
        if event.get("sleep"):
            time.sleep(event["sleep"])
        if event.get("fail"):
            raise ValueError(event["fail"])
        return {"count": 3, "rate": 0.5, "word": "hello", "flag": True, **event}
"""


@pytest.fixture(scope="module")
def stage(cloud: Cloud) -> Stage:
    return stage_of(cloud)


@pytest.fixture(scope="module")
def function(stage: Stage) -> str:
    """The ARN of a function that answers with what it is given."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("code.py", dedent(FUNCTION))
    name = f"stage-{uuid.uuid4().hex[:6]}"
    role = service_role(stage.session, name, service="lambda.amazonaws.com")
    functions = stage.session.client("lambda")
    made = functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="code.handler",
        Role=role,
        Timeout=30,
        Code={"ZipFile": archive.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return str(made["FunctionArn"])


def outputs(**types: str) -> list[dict[str, str]]:
    return [{"OutputName": name, "OutputType": kind} for name, kind in types.items()]


def test_outputs_are_handed_on_with_their_types(stage: Stage, function: str) -> None:
    call = lambda_step(
        "Call",
        function,
        Arguments={"given": joined("a", get("Execution.PipelineName"))},
        OutputParameters=outputs(
            count="Integer", rate="Float", word="String", flag="Boolean", given="String"
        ),
    )
    says = [get(f"Steps.Call.OutputParameters['{name}']") for name in ("count", "rate", "flag")]
    arn = stage.start(stage.pipeline(call, fail_step("Say", joined(*says))))
    stage.ended(arn)
    steps = stage.steps(arn)
    assert steps["Say"]["FailureReason"] == "3/0.5/true"
    told = steps["Call"]["Metadata"]["Lambda"]
    assert told["Arn"] == function
    name = arn.split("/")[1]
    assert {"Name": "given", "Value": f"a/{name}"} in told["OutputParameters"]
    assert {"Name": "count", "Value": "3"} in told["OutputParameters"]


def test_an_error_of_the_function_fails_the_step(stage: Stage, function: str) -> None:
    step = stage.play(lambda_step("Call", function, Arguments={"fail": "no such build"}))["Call"]
    assert step["StepStatus"] == "Failed"
    assert "no such build" in step["FailureReason"]
    assert function in step["FailureReason"]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"ghost": "String"}, "returned no 'ghost'"),
        ({"word": "Integer"}, "'hello' for 'word', which is not of type Integer"),
        ({"flag": "Integer"}, "True for 'flag', which is not of type Integer"),
    ],
)
def test_an_output_that_is_not_as_declared_fails_the_step(
    stage: Stage, function: str, wanted: dict[str, str], sentence: str
) -> None:
    call = lambda_step("Call", function, OutputParameters=outputs(**wanted))
    assert sentence in stage.play(call)["Call"]["FailureReason"]


def test_the_function_is_invoked_with_the_pipelines_rights(stage: Stage, function: str) -> None:
    name = f"stage-no-lambda-{uuid.uuid4().hex[:6]}"
    role = service_role(
        stage.session, name, allow("sagemaker:*", "*"), service="sagemaker.amazonaws.com"
    )
    reason = stage.play(lambda_step("Call", function), role=role)["Call"]["FailureReason"]
    assert reason.startswith("ClientError: Failed to invoke lambda:InvokeFunction.")
    assert "AccessDenied" in reason


def test_a_function_that_is_not_there_is_named(stage: Stage) -> None:
    ghost = "arn:aws:lambda:us-east-1:123456789012:function:stage-ghost"
    reason = stage.play(lambda_step("Call", ghost))["Call"]["FailureReason"]
    assert "stage-ghost" in reason


def test_inputs_are_single_values(stage: Stage, function: str) -> None:
    step = stage.play(lambda_step("Call", function, Arguments={"given": {"a": 1}}))["Call"]
    assert "Input 'given'" in step["FailureReason"]


def test_a_stop_waits_for_a_running_function(stage: Stage, function: str) -> None:
    slow: dict[str, Any] = lambda_step("Slow", function, Arguments={"sleep": 2})
    never = fail_step("Never", "no", DependsOn=["Slow"])
    arn = stage.start(stage.pipeline(slow, never))
    while "Slow" not in stage.steps(arn):
        pass
    stage.sagemaker.stop_pipeline_execution(
        PipelineExecutionArn=arn, ClientRequestToken=uuid.uuid4().hex
    )
    stopping = stage.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert stopping["PipelineExecutionStatus"] == "Stopping"
    assert stage.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    steps = stage.steps(arn)
    assert json.loads(json.dumps({n: s["StepStatus"] for n, s in steps.items()})) == {
        "Slow": "Succeeded"
    }
