"""How steps fail: what the tenant reads, and that nothing after them begins."""

import uuid
from typing import Any

import pytest

from tests.cloud import Cloud
from tests.integration.roles import allow, document
from tests.integration.stage import Stage, fail_step, get, service_role, stage_of

SAGEMAKER = "sagemaker.amazonaws.com"
NEVER = fail_step("Never", "this must not run", DependsOn=["Bad"])


@pytest.fixture(scope="module")
def stage(cloud: Cloud) -> Stage:
    return stage_of(cloud)


def failed(stage: Stage, step: dict[str, Any], role: str | None = None) -> dict[str, Any]:
    """The failed step; its execution failed too, and what depends on it never began."""
    arn = stage.start(stage.pipeline(step, NEVER, role=role))
    described = stage.ended(arn)
    assert described["PipelineExecutionStatus"] == "Failed"
    steps = stage.steps(arn)
    assert list(steps) == ["Bad"]
    assert steps["Bad"]["StepStatus"] == "Failed"
    return steps["Bad"]


def role_without(stage: Stage, name: str, *statements: dict[str, Any]) -> str:
    name = f"stage-{name}-{uuid.uuid4().hex[:6]}"
    return service_role(stage.session, name, *statements, service=SAGEMAKER)


def test_a_container_says_why_training_failed(stage: Stage) -> None:
    step = stage.training("Bad", "fail", Environment={"WORDS": "The target has one class."})
    bad = failed(stage, step)
    job = stage.training_job(bad)
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: The target has one class., exit code: 3"
    assert bad["FailureReason"] == job["FailureReason"]
    assert job["SecondaryStatusTransitions"][-1]["StatusMessage"] == "Training job failed"
    assert stage.keys(f"models/{job['TrainingJobName']}") == []


def test_a_long_reason_is_cut_to_1024_characters(stage: Stage) -> None:
    step = stage.training("Bad", "fail", Environment={"WORDS": "x" * 500, "TIMES": "3"})
    job = stage.training_job(failed(stage, step))
    assert job["FailureReason"] == f"AlgorithmError: {'x' * 1024}, exit code: 3"


def test_a_container_says_why_processing_failed(stage: Stage) -> None:
    step = stage.processing("Bad", "fail", Environment={"WORDS": "The file has no rows."})
    bad = failed(stage, step)
    job = stage.processing_job(bad)
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["ExitMessage"] == "The file has no rows."
    assert job["FailureReason"] == "AlgorithmError: The file has no rows., exit code: 3"
    assert bad["FailureReason"] == job["FailureReason"]
    assert stage.keys("Bad/copies") == []


def test_a_container_that_says_nothing_is_told_by_its_exit_code(stage: Stage) -> None:
    training = stage.training_job(failed(stage, stage.training("Bad", "silent")))
    assert training["FailureReason"] == "AlgorithmError: , exit code: 4"
    processing = stage.processing_job(failed(stage, stage.processing("Bad", "silent")))
    assert processing["FailureReason"] == (
        "AlgorithmError: See job logs for more information, exit code: 4"
    )


def test_a_killed_container_ends_as_docker_tells_it(stage: Stage) -> None:
    job = stage.training_job(failed(stage, stage.training("Bad", "killed")))
    assert job["FailureReason"] == "AlgorithmError: , exit code: 137"


@pytest.mark.parametrize("uri", ["mlaas/no-such-image:stage", "mlaas/stage-score:no-such-tag"])
def test_an_unknown_image_is_named(stage: Stage, uri: str) -> None:
    step = stage.training("Bad")
    whole = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{uri}"
    step["Arguments"]["AlgorithmSpecification"]["TrainingImage"] = whole
    assert whole in failed(stage, step)["FailureReason"]


def test_a_program_that_is_not_there_is_named(stage: Stage) -> None:
    step = stage.processing("Bad")
    step["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = ["/opt/program/gone"]
    assert "gone" in failed(stage, step)["FailureReason"]


def test_a_role_that_does_not_exist_is_named(stage: Stage) -> None:
    ghost = "arn:aws:iam::123456789012:role/stage-ghost"
    role = role_without(stage, "any", allow(["sagemaker:*", "iam:PassRole"], "*"))
    reason = failed(stage, stage.training("Bad", RoleArn=ghost), role)["FailureReason"]
    assert f"Could not assume role {ghost}" in reason
    assert reason.startswith("ClientError: Failed to invoke sagemaker:CreateTrainingJob.")


def test_a_role_that_trusts_others_is_refused(stage: Stage) -> None:
    name = f"stage-stranger-{uuid.uuid4().hex[:6]}"
    stranger = service_role(stage.session, name, service="lambda.amazonaws.com")
    role = role_without(stage, "any", allow(["sagemaker:*", "iam:PassRole"], "*"))
    reason = failed(stage, stage.training("Bad", RoleArn=stranger), role)["FailureReason"]
    assert f"Could not assume role {stranger}" in reason


def test_a_role_that_trusts_sagemaker_for_another_account_is_refused(stage: Stage) -> None:
    foreign = role_without(stage, "foreign")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": SAGEMAKER},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}},
    }
    stage.session.client("iam").update_assume_role_policy(
        RoleName=foreign.rsplit("/", 1)[-1], PolicyDocument=document(trust)
    )
    role = role_without(stage, "any", allow(["sagemaker:*", "iam:PassRole"], "*"))
    step = stage.training("Bad", RoleArn=foreign)
    assert f"Could not assume role {foreign}" in failed(stage, step, role)["FailureReason"]


def test_the_pipelines_role_must_be_allowed_to_pass_the_jobs_role(stage: Stage) -> None:
    role = role_without(stage, "passes-nothing", allow("sagemaker:*", "*"))
    reason = failed(stage, stage.processing("Bad"), role)["FailureReason"]
    assert f"not authorized to perform: iam:PassRole on resource: {stage.job_role}" in reason


def test_the_pipelines_role_may_pass_roles_to_sagemaker_alone(stage: Stage) -> None:
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    role = role_without(
        stage,
        "passes-elsewhere",
        allow("sagemaker:*", "*"),
        allow("iam:PassRole", "*", **condition),
    )
    reason = failed(stage, stage.processing("Bad"), role)["FailureReason"]
    assert "iam:PassRole" in reason


@pytest.mark.parametrize("action", ["CreateTrainingJob", "DescribeTrainingJob", "AddTags"])
def test_the_pipelines_role_must_be_allowed_to_create_the_job(stage: Stage, action: str) -> None:
    denied = {"Effect": "Deny", "Action": f"sagemaker:{action}", "Resource": "*"}
    role = role_without(stage, "denied", allow(["sagemaker:*", "iam:PassRole"], "*"), denied)
    step = stage.training("Bad", Tags=[{"Key": "tenant-id", "Value": "acme"}])
    assert f"sagemaker:{action}" in failed(stage, step, role)["FailureReason"]


def test_a_job_reads_with_its_own_role_only(stage: Stage) -> None:
    other = f"stage-other-{uuid.uuid4().hex[:6]}"
    s3 = stage.session.client("s3")
    s3.create_bucket(Bucket=other)
    s3.put_object(Bucket=other, Key="secret.csv", Body=b"secret")
    uri = f"s3://{other}/secret.csv"
    reason = failed(stage, stage.processing("Bad", inputs={"input": uri}))["FailureReason"]
    assert uri in reason
    assert stage.job_role in reason
    assert "AccessDenied" in reason


def test_a_job_that_may_list_but_not_read_is_told_which_object(stage: Stage) -> None:
    bucket = f"arn:aws:s3:::{stage.bucket}"
    lister = role_without(stage, "lister", allow("s3:ListBucket", bucket), allow("ecr:*", "*"))
    role = role_without(stage, "any", allow(["sagemaker:*", "iam:PassRole"], "*"))
    bad = failed(stage, stage.processing("Bad", RoleArn=lister), role)
    uri = stage.uri("input", "data.csv")
    assert f"Data download failed: {uri}: AccessDenied" in bad["FailureReason"]


def test_a_job_that_may_not_write_is_told_where(stage: Stage) -> None:
    bucket = f"arn:aws:s3:::{stage.bucket}"
    reader = role_without(
        stage,
        "reader",
        allow(["s3:ListBucket", "s3:GetObject"], [bucket, f"{bucket}/*"]),
        allow("ecr:*", "*"),
    )
    role = role_without(stage, "any", allow(["sagemaker:*", "iam:PassRole"], "*"))
    processing = failed(stage, stage.processing("Bad", RoleArn=reader), role)["FailureReason"]
    assert f"Data upload failed: {stage.uri('Bad', 'copies', 'data.csv')}" in processing
    training = failed(stage, stage.training("Bad", RoleArn=reader), role)["FailureReason"]
    assert "Data upload failed: " in training
    assert "/output/model.tar.gz: AccessDenied" in training


def test_a_job_that_may_not_pull_its_image_is_told_so(stage: Stage) -> None:
    poor = role_without(stage, "poor", allow("s3:*", "*"))
    role = role_without(stage, "any", allow(["sagemaker:*", "iam:PassRole"], "*"))
    reason = failed(stage, stage.training("Bad", RoleArn=poor), role)["FailureReason"]
    assert "does not have ECR pull permissions" in reason


def test_an_empty_prefix_is_named(stage: Stage) -> None:
    uri = stage.uri("nothing", "here")
    reason = failed(stage, stage.processing("Bad", inputs={"input": uri}))["FailureReason"]
    assert f'No S3 objects found under S3 URL "{uri}"' in reason


def test_a_key_that_leads_out_of_the_job_is_refused(stage: Stage) -> None:
    s3 = stage.session.client("s3")
    s3.put_object(Bucket=stage.bucket, Key="climb/../../../escaped", Body=b"x")
    step = stage.processing("Bad", inputs={"input": stage.uri("climb/")})
    assert "leads out of its folder" in failed(stage, step)["FailureReason"]


def test_a_job_that_takes_too_long_is_stopped(stage: Stage) -> None:
    limit = {"MaxRuntimeInSeconds": 1}
    bad = failed(stage, stage.training("Bad", "sleep", StoppingCondition=limit))
    job = stage.training_job(bad)
    assert job["TrainingJobStatus"] == "Stopped"
    assert job["SecondaryStatus"] == "MaxRuntimeExceeded"
    assert "ran longer than its 1 seconds" in bad["FailureReason"]
    name = job["TrainingJobName"]
    assert stage.keys(f"models/{name}") == [f"models/{name}/output/model.tar.gz"]


def test_a_processing_job_that_takes_too_long_is_stopped(stage: Stage) -> None:
    step = stage.processing("Bad", "nap", StoppingCondition={"MaxRuntimeInSeconds": 1})
    bad = failed(stage, step)
    assert stage.processing_job(bad)["ProcessingJobStatus"] == "Stopped"
    assert "MaxRuntimeExceeded" in bad["FailureReason"]


def test_a_request_that_sagemaker_would_refuse_is_refused(stage: Stage) -> None:
    step = stage.training("Bad", ResourceConfig={"InstanceType": "ml.none", "InstanceCount": 1})
    reason = failed(stage, step)["FailureReason"]
    assert reason.startswith("ClientError: Failed to invoke sagemaker:CreateTrainingJob.")
    assert "ml.none" in reason


def test_a_hyperparameter_has_to_be_a_text(stage: Stage) -> None:
    step = stage.training("Bad", HyperParameters={"seed": 1})
    assert "HyperParameters.seed" in failed(stage, step)["FailureReason"]


def test_a_property_that_is_not_there_is_named(stage: Stage) -> None:
    first = stage.processing("First")
    bad = fail_step("Bad", get("Steps.First.ProcessingOutputConfig.Outputs['gone'].S3Output"))
    steps = stage.play(first, bad)
    assert "Steps.First has no" in steps["Bad"]["FailureReason"]


def test_a_property_file_the_job_did_not_write_is_named(stage: Stage) -> None:
    file = {"PropertyFileName": "Report", "OutputName": "copies", "FilePath": "gone.json"}
    first = stage.processing("First", PropertyFiles=[file])
    source = {"PropertyFile": get("Steps.First.PropertyFiles.Report"), "Path": "a"}
    steps = stage.play(first, fail_step("Bad", {"Std:JsonGet": source}))
    assert stage.uri("First", "copies", "gone.json") in steps["Bad"]["FailureReason"]


def test_a_failure_lets_those_under_way_finish_and_no_others_begin(stage: Stage) -> None:
    slow = stage.training("Slow", "count")
    after = stage.training("After", DependsOn=["Slow"])
    arn = stage.start(stage.pipeline(stage.training("Bad", "silent"), slow, after))
    stage.ended(arn)
    states = {name: step["StepStatus"] for name, step in stage.steps(arn).items()}
    assert states == {"Bad": "Failed", "Slow": "Succeeded"}


def test_a_pipeline_role_that_is_gone_fails_the_first_step(stage: Stage) -> None:
    ghost = "arn:aws:iam::123456789012:role/stage-ghost"
    reason = failed(stage, stage.processing("Bad"), ghost)["FailureReason"]
    assert f"Could not assume role {ghost}" in reason


def test_a_failed_execution_is_retried_from_where_it_failed(stage: Stage) -> None:
    key = f"late/{uuid.uuid4().hex}.csv"
    first = stage.processing("First")
    second = stage.processing("Second", inputs={"input": stage.uri(key)}, DependsOn=["First"])
    arn = stage.start(stage.pipeline(first, second))
    assert stage.ended(arn)["PipelineExecutionStatus"] == "Failed"
    begun = stage.steps(arn)["First"]["StartTime"]
    stage.session.client("s3").put_object(Bucket=stage.bucket, Key=key, Body=b"at last")
    stage.sagemaker.retry_pipeline_execution(
        PipelineExecutionArn=arn, ClientRequestToken=uuid.uuid4().hex
    )
    described = stage.ended(arn)
    assert described["PipelineExecutionStatus"] == "Succeeded"
    assert "FailureReason" not in described
    steps = stage.steps(arn)
    assert steps["First"]["StartTime"] == begun
    assert steps["Second"]["StepStatus"] == "Succeeded"
