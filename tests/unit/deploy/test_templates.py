"""What the templates must say, above all what the embedded cloud would not notice."""

import json
from typing import Any

import pytest

from backend.deploy import source
from backend.domain import naming
from backend.domain.dead_letter import ATTEMPTS
from backend.domain.tier import TIERS
from tests.unit.deploy.templates import (
    ACCOUNT,
    REGION,
    TEMPLATES,
    resources,
    roles,
    template,
)

TIER_NAMES = [tier.name for tier in TIERS]
# What CloudFormation cannot tag, and what is named by its owner alone.
UNTAGGED = {
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolGroup",
    "AWS::IAM::Policy",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
}
SAME_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def queues() -> dict[str, dict[str, Any]]:
    return {queue["QueueName"]: queue for queue in resources("AWS::SQS::Queue").values()}


def functions() -> dict[str, dict[str, Any]]:
    return {
        one["FunctionName"]: one
        for name in TEMPLATES
        for one in resources("AWS::Lambda::Function", name).values()
    }


def tables() -> dict[str, dict[str, Any]]:
    return {
        table["TableName"]: table
        for name in TEMPLATES
        for table in resources("AWS::DynamoDB::Table", name).values()
    }


def buckets() -> dict[str, dict[str, Any]]:
    return {
        bucket["BucketName"]: bucket
        for name in TEMPLATES
        for bucket in resources("AWS::S3::Bucket", name).values()
    }


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_fits_into_one_request(name: str):
    assert len(source.template(name).encode()) <= 51_200


@pytest.mark.parametrize("name", TEMPLATES)
def test_everything_that_takes_tags_carries_the_projects(name: str):
    for logical, resource in template(name)["Resources"].items():
        if resource["Type"] in UNTAGGED:
            continue
        properties = resource["Properties"]
        tags = properties.get("UserPoolTags") or {
            tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])
        }
        assert tags.get(naming.PROJECT_TAG) == naming.PROJECT, logical


@pytest.mark.parametrize("tier", TIER_NAMES)
def test_what_is_of_one_tier_carries_the_tiers_tag(tier: str):
    for name in (naming.queue_of(tier), naming.dead_letters_of(tier)):
        assert {"Key": naming.TIER_TAG, "Value": tier} in queues()[name]["Tags"]


@pytest.mark.parametrize("tier", TIER_NAMES)
def test_a_tiers_queue_gives_up_after_five_attempts_and_keeps_what_it_gave_up(tier: str):
    queue, dead = queues()[naming.queue_of(tier)], queues()[naming.dead_letters_of(tier)]
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": naming.queue_arn(naming.dead_letters_of(tier), ACCOUNT, REGION),
        "maxReceiveCount": ATTEMPTS,
    }
    assert queue["SqsManagedSseEnabled"] is dead["SqsManagedSseEnabled"] is True
    fourteen_days = 14 * 24 * 3600
    assert dead["MessageRetentionPeriod"] == fourteen_days


def test_a_message_stays_hidden_for_six_times_intakes_timeout():
    timeout = functions()[naming.INTAKE_FUNCTION]["Timeout"]
    assert all(queues()[naming.queue_of(t)]["VisibilityTimeout"] >= 6 * timeout for t in TIER_NAMES)


@pytest.mark.parametrize("tier", TIER_NAMES)
def test_only_upload_rules_of_this_account_may_send_to_a_queue(tier: str):
    logical = next(
        name
        for name, queue in resources("AWS::SQS::Queue").items()
        if queue["QueueName"] == naming.queue_of(tier)
    )
    policies = [
        policy["PolicyDocument"]["Statement"]
        for name, policy in resources("AWS::SQS::QueuePolicy").items()
        if template("shared.yaml")["Resources"][name]["Properties"]["Queues"] == [{"Ref": logical}]
    ]
    assert policies == [
        [
            {
                "Sid": "UploadsOfTenants",
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": naming.queue_arn(naming.queue_of(tier), ACCOUNT, REGION),
                "Condition": {
                    "ArnLike": {
                        "aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/"
                        + naming.rule_of("*")
                    },
                    **SAME_ACCOUNT,
                },
            }
        ]
    ]


def test_each_tiers_queue_feeds_intake_in_batches_that_may_fail_in_part():
    mappings = resources("AWS::Lambda::EventSourceMapping").values()
    sources = {mapping["EventSourceArn"] for mapping in mappings}
    assert sources == {
        naming.queue_arn(naming.queue_of(tier), ACCOUNT, REGION) for tier in TIER_NAMES
    }
    for mapping in mappings:
        assert mapping["FunctionName"] == naming.INTAKE_FUNCTION
        assert mapping["BatchSize"] == 10
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_every_function_runs_a_handler_of_the_package_under_a_role_of_its_own():
    package = source.functions().files
    used = set()
    for name, function in functions().items():
        module, _, entry = function["Handler"].rpartition(".")
        assert f"def {entry}(" in package[module.replace(".", "/") + ".py"].decode()
        assert function["Role"] == naming.role_arn(name, ACCOUNT)
        assert function["LoggingConfig"]["LogGroup"] == f"/aws/lambda/{name}"
        used.add(function["Role"])
    assert len(used) == len(functions())


def test_logs_are_not_kept_for_ever():
    for name in TEMPLATES:
        for group in resources("AWS::Logs::LogGroup", name).values():
            assert 0 < group["RetentionInDays"] <= 90


def test_the_ends_of_both_pipelines_reach_the_recorder():
    (rule,) = resources("AWS::Events::Rule").values()
    (permission,) = resources("AWS::Lambda::Permission").values()
    detail = rule["EventPattern"]["detail"]
    assert rule["EventPattern"]["source"] == ["aws.sagemaker"]
    assert detail["pipelineArn"] == [
        f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/{name}"
        for name in (naming.PIPELINE, naming.TUNED_PIPELINE)
    ]
    assert {"Succeeded", "Failed", "Stopped"} <= set(detail["currentPipelineExecutionStatus"])
    recorder = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{naming.RECORDER_FUNCTION}"
    assert [target["Arn"] for target in rule["Targets"]] == [recorder]
    assert permission == {
        "FunctionName": naming.RECORDER_FUNCTION,
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule['Name']}",
    }


def test_somebody_dispatches_and_measures_every_minute_and_sweeps_every_five():
    schedules = [
        each for name in TEMPLATES for each in resources("AWS::Scheduler::Schedule", name).values()
    ]
    assert {
        each["Target"]["Arn"].rpartition(":")[2]: (
            each["Target"]["RoleArn"].rpartition("/")[2],
            each["ScheduleExpression"],
        )
        for each in schedules
    } == {
        naming.DISPATCH_FUNCTION: ("mlaas-schedule", "rate(1 minute)"),
        naming.METRICS_FUNCTION: ("mlaas-metrics-schedule", "rate(1 minute)"),
        naming.SWEEP_FUNCTION: ("mlaas-schedule", "rate(5 minutes)"),
        naming.COST_SYNC_FUNCTION: ("mlaas-cost-sync-schedule", "rate(12 hours)"),
    }


@pytest.mark.parametrize(
    ("table", "key", "indexes"),
    [
        (naming.TENANTS_TABLE, ["tenant_id"], {}),
        (
            naming.BUILDS_TABLE,
            ["tenant_id", "build_id"],
            {
                naming.WAITING_INDEX: ["line", "standing"],
                naming.BY_TIME_INDEX: ["tenant_id", "requested_at"],
                naming.BY_STATE_INDEX: ["state", "requested_at"],
                naming.BY_END_INDEX: ["tenant_id", "ended_at"],
            },
        ),
        (naming.SLOTS_TABLE, ["pool", "number"], {}),
        (naming.TIERS_TABLE, ["tier"], {}),
        (naming.ALGORITHMS_TABLE, ["algorithm"], {}),
        (naming.SETTINGS_TABLE, ["name"], {}),
        (naming.AUDIT_TABLE, ["day", "entry_id"], {}),
        (naming.COSTS_TABLE, ["owner", "month"], {naming.BY_MONTH_INDEX: ["month", "owner"]}),
        (
            naming.INVOICES_TABLE,
            ["tenant_id", "month"],
            {naming.BY_MONTH_INDEX: ["month", "tenant_id"]},
        ),
    ],
)
def test_a_table_has_its_keys_and_is_guarded(table: str, key: list[str], indexes: dict[str, Any]):
    made = tables()[table]
    assert _names(made["KeySchema"]) == key
    assert {
        index["IndexName"]: _names(index["KeySchema"])
        for index in made.get("GlobalSecondaryIndexes", [])
    } == indexes
    assert made["BillingMode"] == "PAY_PER_REQUEST"
    assert made["DeletionProtectionEnabled"] is True
    assert made["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert made["SSESpecification"] == {"SSEEnabled": True}


def _names(schema: list[dict[str, str]]) -> list[str]:
    return [part["AttributeName"] for part in schema]


def test_what_holds_data_outlives_its_stack():
    lasting = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool"}
    for name in TEMPLATES:
        for logical, resource in template(name)["Resources"].items():
            if resource["Type"] in lasting:
                assert resource["DeletionPolicy"] == "RetainExceptOnCreate", logical
                assert resource["UpdateReplacePolicy"] == "Retain", logical


@pytest.mark.parametrize("bucket", [naming.artefact_bucket(ACCOUNT), f"mlaas-pool-{ACCOUNT}"])
def test_a_bucket_is_private_encrypted_versioned_and_speaks_tls(bucket: str):
    made = buckets()[bucket]
    assert made["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(made["PublicAccessBlockConfiguration"].values()) == {True}
    assert "ServerSideEncryptionConfiguration" in made["BucketEncryption"]
    assert any(
        "AbortIncompleteMultipartUpload" in rule for rule in made["LifecycleConfiguration"]["Rules"]
    )
    (policy,) = (
        policy["PolicyDocument"]["Statement"]
        for name in TEMPLATES
        for policy in resources("AWS::S3::BucketPolicy", name).values()
        if policy["Bucket"] == bucket
    )
    (statement,) = policy
    assert statement["Effect"] == "Deny"
    assert statement["Condition"]["Bool"] == {"aws:SecureTransport": "false"}
    assert statement["Resource"] == [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]


@pytest.mark.parametrize(
    ("role", "service", "condition"),
    [
        ("mlaas-intake", "lambda.amazonaws.com", None),
        ("mlaas-dispatch", "lambda.amazonaws.com", None),
        ("mlaas-recorder", "lambda.amazonaws.com", None),
        ("mlaas-record-build", "lambda.amazonaws.com", None),
        ("mlaas-metrics", "lambda.amazonaws.com", None),
        ("mlaas-schedule", "scheduler.amazonaws.com", SAME_ACCOUNT),
        ("mlaas-metrics-schedule", "scheduler.amazonaws.com", SAME_ACCOUNT),
        ("mlaas-images", "codebuild.amazonaws.com", SAME_ACCOUNT),
        ("mlaas-pipeline", "sagemaker.amazonaws.com", None),
    ],
)
def test_a_role_trusts_its_own_service_alone(role: str, service: str, condition: Any):
    known = {name: role for one in TEMPLATES for name, role in roles(one).items()}
    (statement,) = known[role]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": service}
    assert statement["Action"] == "sts:AssumeRole"
    assert statement.get("Condition") == condition
    assert "ManagedPolicyArns" not in known[role]


def test_the_portals_role_is_for_this_account_and_where_it_runs():
    trust = roles("shared.yaml")[naming.PORTAL_ROLE]["AssumeRolePolicyDocument"]["Statement"]
    principals = [statement["Principal"] for statement in trust]
    assert principals == [
        {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        {"Service": ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]},
    ]


def test_nobody_signs_up_alone_or_says_whose_data_they_see():
    (pool,) = resources("AWS::Cognito::UserPool").values()
    (client,) = resources("AWS::Cognito::UserPoolClient").values()
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12
    attribute = naming.TENANT_CLAIM.removeprefix("custom:")
    assert pool["Schema"] == [{"Name": attribute, "AttributeDataType": "String", "Mutable": False}]
    assert naming.TENANT_CLAIM in client["ReadAttributes"]
    assert naming.TENANT_CLAIM not in client["WriteAttributes"]


def test_people_come_back_to_the_portal_with_a_code():
    (client,) = resources("AWS::Cognito::UserPoolClient").values()
    assert client["GenerateSecret"] is True
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["CallbackURLs"] == ["http://localhost:8501/oauth2callback"]
    assert client["LogoutURLs"] == ["http://localhost:8501"]


def test_image_tags_are_final_and_scanned():
    repositories = resources("AWS::ECR::Repository", "artefacts.yaml").values()
    folders = {
        naming.repository_of(name) for name in ("preprocess", "evaluate", "xgboost", "linear")
    }
    assert {repository["RepositoryName"] for repository in repositories} == folders
    for repository in repositories:
        assert repository["ImageTagMutability"] == "IMMUTABLE"
        assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
        assert json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
