"""What EventBridge hears of executions and their steps, and what a crash leaves behind."""

import json
import time
import uuid
from pathlib import Path
from typing import Any

import psutil
import pytest

from demo.cloud import own_cloud
from tests.cloud import Cloud
from tests.integration.stage import Stage, fail_step, own_stage, stage_of

EXECUTION_CHANGE = "SageMaker Model Building Pipeline Execution Status Change"
STEP_CHANGE = "SageMaker Model Building Pipeline Execution Step Status Change"


@pytest.fixture(scope="module")
def stage(cloud: Cloud) -> Stage:
    return stage_of(cloud)


def listen(stage: Stage, pipeline: str) -> str:
    """The URL of a queue that gets every event of a pipeline."""
    name = f"stage-{uuid.uuid4().hex[:8]}"
    sqs, events = stage.session.client("sqs"), stage.session.client("events")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    described = stage.sagemaker.describe_pipeline(PipelineName=pipeline)
    pattern = {
        "source": ["aws.sagemaker"],
        "detail": {"pipelineArn": [described["PipelineArn"]]},
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return str(url)


def heard(stage: Stage, url: str, *, most: int, seconds: float = 10) -> list[dict[str, Any]]:
    """The events a queue got, oldest first; returns early once there are so many."""
    sqs, found = stage.session.client("sqs"), list[dict[str, Any]]()
    limit = time.monotonic() + seconds
    while len(found) < most and time.monotonic() < limit:
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in got.get("Messages", []):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_every_change_of_status_is_told_in_sagemakers_shape(stage: Stage) -> None:
    pipeline = stage.pipeline(stage.processing("Copy"), fail_step("Say", "no", DependsOn=["Copy"]))
    url = listen(stage, pipeline)
    arn = stage.sagemaker.start_pipeline_execution(
        PipelineName=pipeline,
        PipelineExecutionDisplayName="basic-1",
        ClientRequestToken=uuid.uuid4().hex,
    )["PipelineExecutionArn"]
    stage.ended(arn)
    events = heard(stage, url, most=6)
    told = [event for event in events if event["detail-type"] == EXECUTION_CHANGE]
    assert [event["detail"]["currentPipelineExecutionStatus"] for event in told] == [
        "Executing",
        "Failed",
    ]
    end = told[1]
    assert end["source"] == "aws.sagemaker"
    assert end["account"] == "123456789012"
    assert end["resources"] == [arn.rsplit("/execution/", 1)[0], arn]
    assert end["detail"]["pipelineExecutionArn"] == arn
    assert end["detail"]["pipelineExecutionDisplayName"] == "basic-1"
    assert end["detail"]["previousPipelineExecutionStatus"] == "Executing"
    assert end["detail"]["executionStartTime"] <= end["detail"]["executionEndTime"]
    steps = [event["detail"] for event in events if event["detail-type"] == STEP_CHANGE]
    assert [(step["stepName"], step["currentStepStatus"]) for step in steps] == [
        ("Copy", "Executing"),
        ("Copy", "Succeeded"),
        ("Say", "Executing"),
        ("Say", "Failed"),
    ]
    job = stage.steps(arn)["Copy"]["Metadata"]["ProcessingJob"]["Arn"]
    assert steps[1]["metadata"] == {"processingJob": {"arn": job}}
    assert steps[1]["stepType"] == "Processing"
    assert steps[3]["failureReason"] == "no"


def test_a_crash_is_told_when_the_cloud_is_back(tmp_path: Path) -> None:
    token = uuid.uuid4().hex
    with own_stage(tmp_path) as (own, stage):
        pipeline = stage.pipeline(stage.training("Train", "sleep"))
        ended = stage.start(stage.pipeline(fail_step("Say", "no")))
        stage.ended(ended)
        url = listen(stage, pipeline)
        arn = stage.start(pipeline, token=token)
        while "Metadata" not in stage.steps(arn).get("Train", {}):
            pass
        wait_for_save(tmp_path, url)
        psutil.Process(own.pid).kill()
        psutil.Process(own.pid).wait()
        with own_cloud(tmp_path, port=own.port):
            described = stage.ended(arn)
            assert described["PipelineExecutionStatus"] == "Failed"
            assert described["FailureReason"].startswith("InternalServerError")
            step = stage.steps(arn)["Train"]
            assert step["StepStatus"] == "Failed"
            assert stage.training_job(step)["TrainingJobStatus"] == "Failed"
            assert stage.start(pipeline, token=token) == arn
            said = stage.steps(ended)["Say"]
            assert said["FailureReason"] == "no"
            events = heard(stage, url, most=3)
            assert [event["detail"].get("currentPipelineExecutionStatus") for event in events][
                -1
            ] == "Failed"
            again = stage.start(pipeline)
            assert again != arn


def wait_for_save(state: Path, url: str) -> None:
    """Returns once ministack, which saves one service after the other, has saved rule and queue."""
    name, limit = url.rsplit("/", 1)[-1], time.monotonic() + 15
    for service in ("eventbridge", "sqs"):
        file = state / f"ministack/{service}.json"
        while not (file.exists() and name in file.read_text()):
            assert time.monotonic() < limit, f"{name} is not saved in {file}"
            time.sleep(0.05)
