"""The deployment: made once, unchanged after; what fails says why."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from backend.aws.images import Images
from backend.aws.stacks import Stacks
from backend.context import Context
from backend.deploy.deployment import deploy
from backend.domain import naming
from backend.domain.change import Change
from backend.domain.cost_tag import TagStatus
from backend.domain.errors import DeploymentFailed, NotFound
from backend.domain.tier import TIERS
from tests.cloud import Deployment

FUNCTIONS = (
    naming.INTAKE_FUNCTION,
    naming.DISPATCH_FUNCTION,
    naming.RECORDER_FUNCTION,
    naming.RECORD_BUILD_FUNCTION,
    naming.METRICS_FUNCTION,
    naming.COST_SYNC_FUNCTION,
)
PIPELINES = (naming.PIPELINE, naming.TUNED_PIPELINE)


def state(admin: Context) -> dict[str, Any]:
    """Everything that would show a change: when, which content, which version."""
    client = admin.session.client
    versions = client("s3").get_paginator("list_object_versions")
    bucket = naming.artefact_bucket(admin.session.account)
    return {
        "stacks": [
            client("cloudformation")
            .describe_stacks(StackName=name)["Stacks"][0]
            .get("LastUpdatedTime")
            for name in (
                naming.ARTEFACTS_STACK,
                naming.STACK,
                naming.WATCHING_STACK,
                naming.COSTS_STACK,
            )
        ],
        "functions": [
            (made["CodeSha256"], made["LastModified"])
            for name in FUNCTIONS
            for made in [client("lambda").get_function_configuration(FunctionName=name)]
        ],
        "pipelines": [
            client("sagemaker").describe_pipeline(PipelineName=name)["LastModifiedTime"]
            for name in PIPELINES
        ],
        "objects": [
            (version["Key"], version["VersionId"])
            for page in versions.paginate(Bucket=bucket)
            for version in page["Versions"]
        ],
        "builds": client("codebuild").list_builds_for_project(projectName=naming.IMAGES_PROJECT)[
            "ids"
        ],
        "algorithms": admin.algorithms.all(),
        "tiers": admin.tiers.all(),
    }


def made(said: Iterable[str]) -> list[str]:
    """What was said of things a deployment makes; tags' statuses are AWS's to say."""
    return [line for line in said if ": cost allocation tag" not in line]


def test_the_first_deployment_makes_everything(deployed: Deployment):
    assert {line.split(":")[0] for line in made(deployed.said)} == {"created"}
    assert "created: stack mlaas" in deployed.said
    assert "created: stack mlaas-watching" in deployed.said
    assert "created: stack mlaas-costs" in deployed.said
    assert {algorithm.algorithm for algorithm in deployed.context.algorithms.all()} >= {
        "xgboost",
        "linear",
    }
    assert {tier.name for tier in deployed.context.tiers.all()} == {tier.name for tier in TIERS}


def test_a_second_deployment_changes_nothing_and_says_so(deployed: Deployment):
    before = state(deployed.context)
    said: list[str] = []
    outputs = deploy(deployed.context, say=said.append)
    assert [line for line in made(said) if not line.startswith("unchanged: ")] == []
    assert len(said) == len(deployed.said)
    assert state(deployed.context) == before
    assert outputs == deployed.outputs


def test_a_deployment_says_of_each_cost_allocation_tag_how_far_it_is(deployed: Deployment):
    told = [line.partition(": cost allocation tag ")[2] for line in deployed.said]
    told = [line for line in told if line]
    assert [line.split(":")[0] for line in told] == list(naming.COST_TAGS)
    assert all(any(status.meaning in line for status in TagStatus) for line in told)


def test_a_providers_own_tier_survives_a_deployment(deployed: Deployment):
    table = deployed.context.session.table(naming.TIERS_TABLE)
    before = table.get_item(Key={"tier": "premium"})["Item"]
    table.put_item(Item=before | {"weight": 9})
    try:
        deploy(deployed.context, say=lambda _: None)
        assert deployed.context.tiers.get("premium").weight == 9
    finally:
        table.put_item(Item=before)


def test_the_pipelines_call_this_deployments_function_and_images(deployed: Deployment):
    sagemaker = deployed.context.session.client("sagemaker")
    for name in PIPELINES:
        made = sagemaker.describe_pipeline(PipelineName=name)
        parameters = {
            parameter["Name"]: parameter.get("DefaultValue")
            for parameter in json.loads(made["PipelineDefinition"])["Parameters"]
        }
        assert made["RoleArn"] == deployed.outputs["PipelineRoleArn"]
        assert deployed.outputs["RecordBuildFunctionArn"] in made["PipelineDefinition"]
        for parameter in ("PreprocessImageUri", "EvaluateImageUri"):
            image, _, tag = parameters[parameter].partition(":")
            folder = image.rsplit("/", 1)[-1]
            assert Images(deployed.context.session).holds(folder, tag)


def test_the_projects_tag_is_on_what_costs(deployed: Deployment):
    client = deployed.context.session.client
    functions = client("lambda")
    for name in FUNCTIONS:
        assert functions.get_function(FunctionName=name)["Tags"][naming.PROJECT_TAG] == "mlaas"
    sqs = client("sqs")
    for tier in TIERS:
        url = sqs.get_queue_url(QueueName=naming.queue_of(tier.name))["QueueUrl"]
        tags = sqs.list_queue_tags(QueueUrl=url)["Tags"]
        assert (tags[naming.PROJECT_TAG], tags[naming.TIER_TAG]) == ("mlaas", tier.name)


def template(*names: str, taken: str = "") -> str:
    """Queues made one after the other, and perhaps a bucket whose name is taken already."""
    resources: dict[str, Any] = {}
    for name in names:
        resources[name] = {
            "Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": {"Fn::Sub": f"try-${{Suffix}}-{name}"}},
            **({"DependsOn": list(resources)} if resources else {}),
        }
    if taken:
        resources["Taken"] = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": taken}}
    return json.dumps(
        {
            "Parameters": {"Suffix": {"Type": "String", "Default": "one"}},
            "Resources": resources,
            "Outputs": {"Suffix": {"Value": {"Ref": "Suffix"}}},
        }
    )


@pytest.fixture
def stacks(admin: Context) -> Stacks:
    return admin.stacks


def test_a_stack_that_cannot_be_made_says_which_resource_and_why(stacks: Stacks, admin: Context):
    taken = naming.artefact_bucket(admin.session.account)
    with pytest.raises(DeploymentFailed, match=f"Taken: .*{taken}.* already exists"):
        stacks.bring("try-failing", template("Queue", taken=taken), {})


def test_a_stack_that_never_stood_is_made_anew(stacks: Stacks, admin: Context):
    taken = naming.artefact_bucket(admin.session.account)
    with pytest.raises(DeploymentFailed):
        stacks.bring("try-again", template("Again", taken=taken), {})
    assert stacks.bring("try-again", template("Again"), {}) is Change.CREATED
    assert stacks.bring("try-again", template("Again"), {}) is Change.UNCHANGED


def test_a_parameter_that_is_not_given_stays_as_it_was(stacks: Stacks):
    body = template("Kept")
    assert stacks.bring("try-kept", body, {"Suffix": None}) is Change.CREATED
    assert stacks.outputs("try-kept") == {"Suffix": "one"}
    assert stacks.bring("try-kept", body, {"Suffix": "two"}) is Change.UPDATED
    assert stacks.bring("try-kept", body, {"Suffix": None}) is Change.UNCHANGED
    assert stacks.outputs("try-kept") == {"Suffix": "two"}


def test_a_failed_update_leaves_the_stack_as_it_was(stacks: Stacks, admin: Context):
    taken = naming.artefact_bucket(admin.session.account)
    body = template("Stays")
    stacks.bring("try-update", body, {})
    with pytest.raises(DeploymentFailed, match="is UPDATE_ROLLBACK_COMPLETE: Taken"):
        stacks.bring("try-update", template("Stays", taken=taken), {})
    assert stacks.bring("try-update", body, {}) is Change.UNCHANGED


def test_a_stack_that_is_not_there_names_the_remedy(stacks: Stacks):
    with pytest.raises(NotFound, match=r"python -m backend\.deploy"):
        stacks.outputs("nowhere")


def test_images_that_cannot_be_built_name_the_failed_phase(deployed: Deployment):
    images = Images(deployed.context.session)
    bucket = deployed.outputs["ArtefactBucket"]
    build = images.build(bucket, "images/not-there.zip", tag="0123456789ab")
    with pytest.raises(DeploymentFailed, match="DOWNLOAD_SOURCE"):
        images.wait(build)
    assert not images.holds("xgboost", "0123456789ab")
