"""What an execution does when all goes well."""

import json
import re
import tarfile
import time
import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud import Cloud
from tests.integration.stage import Stage, fail_step, get, image, joined, stage_of

PROCESSING_LOGS = "/aws/sagemaker/ProcessingJobs"
TRAINING_LOGS = "/aws/sagemaker/TrainingJobs"
TAGS = [{"Key": "tenant-id", "Value": "acme"}, {"Key": "tier", "Value": "basic"}]
GATE = {"PropertyFileName": "Report", "OutputName": "evaluation", "FilePath": "evaluation.json"}
MINIMAL = {"HOME", "LANG", "OMP_NUM_THREADS", "PATH", "PYTHONUNBUFFERED", "SAGEMAKER_BASE_DIR"}


@pytest.fixture(scope="module")
def stage(cloud: Cloud) -> Stage:
    return stage_of(cloud)


def evaluation(stage: Stage, skill: float) -> dict[str, Any]:
    return stage.processing(
        "Evaluate",
        "report",
        inputs={},
        outputs=["evaluation"],
        PropertyFiles=[GATE],
        Environment={"REPORT": json.dumps({"gate": {"skill": skill}})},
    )


def check(threshold: Any, then: list[Any], otherwise: list[Any]) -> dict[str, Any]:
    file = get("Steps.Evaluate.PropertyFiles.Report")
    skill = {"Std:JsonGet": {"PropertyFile": file, "Path": "gate.skill"}}
    condition = {"Type": "GreaterThan", "LeftValue": skill, "RightValue": threshold}
    arguments = {"Conditions": [condition], "IfSteps": then, "ElseSteps": otherwise}
    return {"Name": "Check", "Type": "Condition", "Arguments": arguments}


def registration(stage: Stage, model: Any) -> dict[str, Any]:
    container = {"Image": image("score"), "ModelDataUrl": model}
    arguments = {
        "ModelPackageGroupName": stage.group,
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    }
    return {"Name": "Register", "Type": "RegisterModel", "Arguments": arguments}


def test_data_flow_from_step_to_step_into_a_registered_model(stage: Stage) -> None:
    copies = get("Steps.Copy.ProcessingOutputConfig.Outputs['copies'].S3Output.S3Uri")
    model = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
    training = stage.training("Train", Tags=TAGS)
    training["Arguments"]["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = copies
    steps = stage.play(
        stage.processing("Copy"),
        training,
        evaluation(stage, 0.4),
        check(0.3, [registration(stage, model)], [fail_step("Refuse", "no")]),
    )
    assert {name: step["StepStatus"] for name, step in steps.items()} == dict.fromkeys(
        ["Copy", "Train", "Evaluate", "Check", "Register"], "Succeeded"
    )
    assert steps["Check"]["Metadata"] == {"Condition": {"Outcome": "True"}}
    version = stage.sagemaker.describe_model_package(
        ModelPackageName=steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    made = stage.training_job(steps["Train"])["ModelArtifacts"]["S3ModelArtifacts"]
    assert version["InferenceSpecification"]["Containers"][0]["ModelDataUrl"] == made
    assert stage.keys("Copy/copies/") == ["Copy/copies/data.csv"]


def test_a_gate_that_does_not_hold_takes_the_other_branch(stage: Stage) -> None:
    refusal = fail_step("Refuse", joined("skill", 0.4, "is too little", on=" "))
    taken = registration(stage, stage.uri("x"))
    pipeline = stage.pipeline(evaluation(stage, 0.4), check(0.9, [taken], [refusal]))
    arn = stage.start(pipeline)
    described = stage.ended(arn)
    steps = stage.steps(arn)
    assert list(steps) == ["Evaluate", "Check", "Refuse"]
    assert steps["Refuse"]["FailureReason"] == "skill 0.4 is too little"
    assert steps["Refuse"]["Metadata"] == {"Fail": {"ErrorMessage": "skill 0.4 is too little"}}
    assert described["PipelineExecutionStatus"] == "Failed"
    assert described["FailureReason"] == "Step failure: One or multiple steps failed."


def test_a_training_job_is_described_as_sagemaker_does(stage: Stage) -> None:
    step = stage.play(stage.training("Train", Tags=TAGS))["Train"]
    job = stage.training_job(step)
    name = job["TrainingJobName"]
    assert re.fullmatch(r"pipelines-[a-z0-9]{12}-Train-[0-9a-f]{10}", name)
    assert step["Metadata"]["TrainingJob"]["Arn"].endswith(f":training-job/{name.lower()}")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Completed", "Completed")
    phases = [phase["Status"] for phase in job["SecondaryStatusTransitions"]]
    assert phases == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert job["CreationTime"] <= job["TrainingStartTime"] <= job["TrainingEndTime"]
    assert job["BillableTimeInSeconds"] == 1
    assert [(m["MetricName"], m["Value"]) for m in job["FinalMetricDataList"]] == [
        ("validation:score", pytest.approx(0.8))
    ]
    listed = stage.sagemaker.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"]
    assert listed == TAGS
    assert "Tags" not in job


def test_a_training_job_leaves_a_model_and_its_output(stage: Stage) -> None:
    job = stage.training_job(stage.play(stage.training("Train"))["Train"])
    s3 = stage.session.client("s3")
    folder = f"models/{job['TrainingJobName']}/output"
    assert stage.keys(folder) == [f"{folder}/model.tar.gz", f"{folder}/output.tar.gz"]
    body = s3.get_object(Bucket=stage.bucket, Key=f"{folder}/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=BytesIO(body)) as bundle:
        given = bundle.extractfile("given.json")
        assert given is not None
        assert json.load(given) == {"seed": "1"}


def test_a_processing_job_is_described_as_sagemaker_does(stage: Stage) -> None:
    step = stage.play(stage.processing("Copy", Tags=TAGS))["Copy"]
    job = stage.processing_job(step)
    assert job["ProcessingJobStatus"] == "Completed"
    assert job["CreationTime"] <= job["ProcessingStartTime"] <= job["ProcessingEndTime"]
    assert job["ProcessingInputs"][0]["S3Input"]["LocalPath"] == "/opt/ml/processing/input"
    assert "FailureReason" not in job
    assert stage.sagemaker.list_tags(ResourceArn=job["ProcessingJobArn"])["Tags"] == TAGS
    assert step["StartTime"] <= step["EndTime"]
    assert step["AttemptCount"] == 1


def test_a_container_sees_a_minimal_environment(stage: Stage) -> None:
    step = stage.play(stage.processing("Copy", Environment={"ASKED": "for"}))["Copy"]
    log = stage.log_of(PROCESSING_LOGS, stage.processing_job(step)["ProcessingJobName"])
    held = log[0].removeprefix("the environment holds ").split()
    assert set(held) - {"TMPDIR"} == MINIMAL | {"ASKED"}


def test_a_job_logs_line_by_line_under_sagemakers_names(stage: Stage) -> None:
    job = stage.training_job(stage.play(stage.training("Train"))["Train"])
    log = stage.log_of(TRAINING_LOGS, job["TrainingJobName"])
    assert log == [
        "argument train channels ['train']",
        "validation_score=0.1",
        "validation_score=0.8",
    ]


def test_an_input_is_a_key_prefix(stage: Stage) -> None:
    s3 = stage.session.client("s3")
    for key in ("many/a.csv", "many/deep/b.csv", "many-more/c.csv", "many/folder/"):
        s3.put_object(Bucket=stage.bucket, Key=key, Body=b"x")
    step = stage.play(stage.processing("Copy", inputs={"input": stage.uri("many")}))["Copy"]
    log = stage.log_of(PROCESSING_LOGS, stage.processing_job(step)["ProcessingJobName"])
    assert [line for line in log if line.endswith("True")] == [
        "got a.csv True",
        "got deep/b.csv True",
        "got many-more/c.csv True",
    ]


def test_steps_that_wait_for_nothing_run_side_by_side(stage: Stage) -> None:
    steps = stage.play(*(stage.training(f"Train{n}", "count") for n in range(2)))
    first, second = steps.values()
    assert second["StartTime"] < first["EndTime"]


def test_a_pipeline_may_run_one_step_at_a_time(stage: Stage) -> None:
    pipeline = stage.pipeline(*(stage.training(f"Train{n}", "count") for n in range(2)))
    started = stage.sagemaker.start_pipeline_execution(
        PipelineName=pipeline,
        ClientRequestToken=uuid.uuid4().hex,
        ParallelismConfiguration={"MaxParallelExecutionSteps": 1},
    )
    described = stage.ended(started["PipelineExecutionArn"])
    first, second = stage.steps(described["PipelineExecutionArn"]).values()
    assert second["StartTime"] >= first["EndTime"]
    assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 1}


def test_a_step_waits_for_those_it_depends_on(stage: Stage) -> None:
    steps = stage.play(
        stage.training("Second", DependsOn=["First"]), stage.training("First", "count")
    )
    assert list(steps) == ["First", "Second"]
    assert steps["Second"]["StartTime"] >= steps["First"]["EndTime"]


def test_the_same_token_is_the_same_execution(stage: Stage) -> None:
    pipeline = stage.pipeline(stage.processing("Copy"))
    token = uuid.uuid4().hex
    first, again = stage.start(pipeline, token=token), stage.start(pipeline, token=token)
    assert first == again
    assert stage.start(pipeline, token=uuid.uuid4().hex) != first
    assert stage.start(stage.pipeline(stage.processing("Copy")), token=token) != first
    stage.ended(first)
    assert stage.start(pipeline, token=token) == first


def test_an_execution_tells_what_it_was_started_with(stage: Stage) -> None:
    declared = [
        {"Name": "Word", "Type": "String"},
        {"Name": "Count", "Type": "Integer", "DefaultValue": 3},
    ]
    step = fail_step("Say", joined(get("Parameters.Word"), get("Parameters.Count"), on=" x "))
    pipeline = stage.pipeline(step, parameters=declared)
    started = stage.sagemaker.start_pipeline_execution(
        PipelineName=pipeline,
        PipelineExecutionDisplayName="basic-0123",
        PipelineExecutionDescription="a first one",
        PipelineParameters=[{"Name": "Word", "Value": "hello"}],
        ClientRequestToken=uuid.uuid4().hex,
    )
    arn = started["PipelineExecutionArn"]
    described = stage.ended(arn)
    assert described["PipelineExecutionDisplayName"] == "basic-0123"
    assert described["PipelineExecutionDescription"] == "a first one"
    assert described["PipelineArn"] == arn.rsplit("/execution/", 1)[0]
    assert described["CreationTime"] <= described["LastModifiedTime"]
    assert stage.steps(arn)["Say"]["FailureReason"] == "hello x 3"
    pages = stage.sagemaker.get_paginator("list_pipeline_parameters_for_execution")
    assert pages.paginate(
        PipelineExecutionArn=arn, PaginationConfig={"PageSize": 1}
    ).build_full_result()["PipelineParameters"] == [
        {"Name": "Word", "Value": "hello"},
        {"Name": "Count", "Value": "3"},
    ]


def test_an_execution_keeps_the_definition_it_was_started_with(stage: Stage) -> None:
    pipeline = stage.pipeline(fail_step("Say", "first"))
    arn = stage.start(pipeline)
    stage.sagemaker.update_pipeline(
        PipelineName=pipeline,
        PipelineDefinition=json.dumps(
            {"Version": "2020-12-01", "Steps": [fail_step("Say", "second")]}
        ),
    )
    kept = stage.sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    assert json.loads(kept["PipelineDefinition"])["Steps"] == [fail_step("Say", "first")]
    second = stage.start(pipeline)
    stage.ended(second)
    assert stage.steps(second)["Say"]["FailureReason"] == "second"


def test_executions_are_listed_by_pages_and_times(stage: Stage) -> None:
    pipeline = stage.pipeline(fail_step("Say", "no"))
    arns = [stage.start(pipeline) for _ in range(5)]
    for arn in arns:
        stage.ended(arn)
    list_executions = stage.sagemaker.list_pipeline_executions
    pages = stage.sagemaker.get_paginator("list_pipeline_executions")

    def listed(**asked: Any) -> list[str]:
        found = pages.paginate(PipelineName=pipeline, **asked).build_full_result()
        return [one["PipelineExecutionArn"] for one in found["PipelineExecutionSummaries"]]

    assert listed(PaginationConfig={"PageSize": 2}) == arns[::-1]
    assert listed(SortOrder="Ascending", SortBy="CreationTime") == arns
    assert len(list_executions(PipelineName=pipeline, MaxResults=2)["PipelineExecutionSummaries"])
    summaries = list_executions(PipelineName=pipeline)["PipelineExecutionSummaries"]
    assert {one["PipelineExecutionStatus"] for one in summaries} == {"Failed"}
    third = next(one for one in summaries if one["PipelineExecutionArn"] == arns[2])["StartTime"]
    blink = timedelta(milliseconds=1)
    assert listed(CreatedAfter=third + blink, SortOrder="Ascending") == arns[3:]
    assert listed(CreatedBefore=third - blink, SortOrder="Ascending") == arns[:2]


def test_steps_are_listed_by_pages_newest_first(stage: Stage) -> None:
    steps = [stage.processing("A"), stage.processing("B", DependsOn=["A"]), fail_step("C", "no")]
    steps[2]["DependsOn"] = ["B"]
    arn = stage.start(stage.pipeline(*steps))
    stage.ended(arn)
    list_steps = stage.sagemaker.list_pipeline_execution_steps
    first = list_steps(PipelineExecutionArn=arn, MaxResults=2)
    rest = list_steps(PipelineExecutionArn=arn, MaxResults=2, NextToken=first["NextToken"])
    names = [step["StepName"] for page in (first, rest) for step in page["PipelineExecutionSteps"]]
    assert names == ["C", "B", "A"]
    assert "NextToken" not in rest


def test_jobs_are_listed_by_name_status_and_time(stage: Stage) -> None:
    word = f"Find{uuid.uuid4().hex[:6]}"
    steps = stage.play(
        stage.training(f"{word}A"), stage.training(f"{word}B", DependsOn=[f"{word}A"])
    )
    second = stage.training_job(steps[f"{word}B"])
    list_jobs = stage.sagemaker.list_training_jobs

    def names(**asked: Any) -> list[str]:
        found = list_jobs(NameContains=word, **asked)["TrainingJobSummaries"]
        return [job["TrainingJobName"].split("-")[2] for job in found]

    assert names() == [f"{word}B", f"{word}A"]
    assert names(SortBy="Name", SortOrder="Ascending") == [f"{word}A", f"{word}B"]
    assert names(StatusEquals="Failed") == []
    assert names(MaxResults=1) == [f"{word}B"]
    before = second["CreationTime"] - timedelta(milliseconds=1)
    assert names(CreationTimeAfter=before) == [f"{word}B"]
    assert names(CreationTimeBefore=before) == [f"{word}A"]


def test_a_job_is_found_by_its_name_in_any_case(stage: Stage) -> None:
    job = stage.training_job(stage.play(stage.training("Train"))["Train"])
    upper = job["TrainingJobName"].upper()
    found = stage.sagemaker.describe_training_job(TrainingJobName=upper)
    assert found["TrainingJobArn"] == job["TrainingJobArn"]


def test_jobs_are_run_by_pipelines_only(stage: Stage) -> None:
    with pytest.raises(ClientError, match="as steps of a pipeline only"):
        stage.sagemaker.create_training_job(TrainingJobName="alone", **stage.job())


def test_small_steps_follow_each_other_at_once(stage: Stage) -> None:
    """Three Python programs that do nothing take three starts of Python and little more."""
    stage.play(stage.training("Warm"))
    steps = [stage.training("A"), stage.training("B", DependsOn=["A"])]
    arn = stage.start(stage.pipeline(*steps))
    began = time.monotonic()
    stage.ended(arn)
    assert time.monotonic() - began < 2.0
    first, second = stage.steps(arn).values()
    assert second["StartTime"] - first["EndTime"] < timedelta(milliseconds=50)
