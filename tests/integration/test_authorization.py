"""Nothing is done without an Allow, whatever a request calls itself."""

import json
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.cloud import REGION, Cloud, session_of
from tests.integration.roles import ACCOUNT, DENIED, allow, code_of, document, role, send

SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"


def test_a_form_that_contradicts_the_address_is_refused(cloud: Cloud) -> None:
    nobody = role(cloud, "two-names", allow("iam:GetRole", "*"))
    status, answer = send(
        cloud, nobody, "iam", path="/?Action=GetRole&RoleName=two-names&Version=2010-05-08",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=b"Action=DeleteRole&RoleName=two-names&Version=2010-05-08",
    )  # fmt: skip
    assert (status, "AmbiguousOperation" in answer) == (403, True), answer


@pytest.fixture(scope="module")
def reader(cloud: Cloud) -> boto3.Session:
    s3 = cloud.session().client("s3")
    for bucket in ("authorization-own", "authorization-other"):
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="file", Body=b"content")
    return role(cloud, "s3-reader", allow("s3:GetObject", "arn:aws:s3:::authorization-own/*"))


def test_an_action_in_the_address_does_not_change_what_s3_authorizes(
    cloud: Cloud, reader: boto3.Session
) -> None:
    disguises: list[dict[str, str]] = [{"X-Amz-Target": "AmazonS3.GetObject"}, {}]
    for headers in disguises:
        status, _ = send(
            cloud, reader, "s3", method="DELETE",
            path="/authorization-own/file?Action=GetObject", headers=headers,
        )  # fmt: skip
        assert status == 403
    assert reader.client("s3").get_object(Bucket="authorization-own", Key="file")


def test_a_form_body_does_not_change_what_s3_authorizes(cloud: Cloud) -> None:
    writer = role(
        cloud, "s3-tagger", allow("s3:PutObjectTagging", "arn:aws:s3:::authorization-own/*")
    )
    status, _ = send(
        cloud, writer, "s3", method="PUT", path="/authorization-own/file",
        headers={"Content-Type": "application/x-www-form-urlencoded"}, body=b"tagging=",
    )  # fmt: skip
    assert status == 403


def test_one_tenants_credentials_do_not_read_anothers_object(reader: boto3.Session) -> None:
    with pytest.raises(ClientError) as refused:
        reader.client("s3").get_object(Bucket="authorization-other", Key="file")
    assert code_of(refused) in DENIED


def test_a_presigned_link_carries_its_makers_rights(cloud: Cloud, reader: boto3.Session) -> None:
    other = reader.client("s3", config=Config(signature_version="s3v4")).generate_presigned_url(
        "get_object", Params={"Bucket": "authorization-other", "Key": "file"}
    )
    path = other.removeprefix(cloud.endpoint_url)
    anonymous = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x")
    assert send(cloud, anonymous, "s3", method="GET", path=path)[0] == 403


def test_nobody_gets_nothing(cloud: Cloud, reader: boto3.Session) -> None:
    s3 = boto3.client("s3", config=Config(signature_version=UNSIGNED))
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket="authorization-own", Key="file")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize(
    "claim",
    [
        "AWS4-HMAC-SHA256 Credential={}/x/us-east-1/sqs/aws4_request",
        "Credential={}/a/b/sqs/c",
        "Bearer Credential={}/a/b/sqs/c",
        "AWS {}:signature",
    ],
)
def test_a_key_without_a_signature_opens_nothing(cloud: Cloud, claim: str) -> None:
    credentials: Any = cloud.session().get_credentials()
    request = urllib.request.Request(
        f"{cloud.endpoint_url}/?Action=ListQueues&Version=2012-11-05",
        headers={"Authorization": claim.format(credentials.access_key)},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10).close()
    refused.value.close()


@pytest.mark.parametrize("access_key", [ACCOUNT, "test", "AKIAUNKNOWN"])
def test_a_key_that_was_not_made_here_is_refused(cloud: Cloud, access_key: str) -> None:
    stranger = session_of({"AccessKeyId": access_key, "SecretAccessKey": "test"})
    with pytest.raises(ClientError):
        stranger.client("sqs").list_queues()


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("ec2", "describe_vpcs"),
        ("kms", "list_keys"),
        ("autoscaling", "describe_auto_scaling_groups"),
        ("batch", "describe_job_queues"),
    ],
)
def test_an_unserved_service_is_refused_by_name(cloud: Cloud, service: str, operation: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(cloud.session().client(service), operation)()
    assert code_of(refused) == "UnknownOperationException"
    assert service in str(refused.value)


def test_an_unserved_operation_of_sagemaker_is_refused_by_name(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as refused:
        cloud.session().client("sagemaker").list_hubs()
    assert code_of(refused) == "UnknownOperationException"
    assert "sagemaker:ListHubs" in str(refused.value)


def test_a_request_that_lacks_a_member_is_refused_naming_it(cloud: Cloud) -> None:
    headers = {
        "X-Amz-Target": "SageMaker.DescribePipeline",
        "Content-Type": "application/x-amz-json-1.1",
    }
    status, answer = send(cloud, cloud.session(), "sagemaker", headers=headers, body=b"{}")
    assert (status, "PipelineName" in answer) == (400, True)


@pytest.fixture(scope="module")
def registrar(cloud: Cloud) -> boto3.Session:
    """May see one group's versions and one pipeline."""
    sagemaker = cloud.session().client("sagemaker")
    for group in ("authorization-own", "authorization-other"):
        sagemaker.create_model_package_group(ModelPackageGroupName=group)
        sagemaker.create_model_package(ModelPackageGroupName=group)
    return role(
        cloud,
        "registrar",
        allow(
            ["sagemaker:ListModelPackages", "sagemaker:DescribeModelPackage"],
            [
                f"{SAGEMAKER}:model-package-group/authorization-own",
                f"{SAGEMAKER}:model-package/authorization-own/*",
            ],
        ),
    )


def test_a_policy_names_a_model_package_group_and_its_versions(registrar: boto3.Session) -> None:
    sagemaker = registrar.client("sagemaker")
    own, other = (f"{SAGEMAKER}:model-package/authorization-{name}/1" for name in ("own", "other"))
    assert sagemaker.describe_model_package(ModelPackageName=own)["ModelPackageVersion"] == 1
    assert sagemaker.list_model_packages(ModelPackageGroupName="authorization-own")
    for refuse in (
        lambda: sagemaker.describe_model_package(ModelPackageName=other),
        lambda: sagemaker.list_model_packages(ModelPackageGroupName="authorization-other"),
        lambda: sagemaker.list_model_packages(),
        lambda: sagemaker.update_model_package(ModelPackageArn=own, ModelApprovalStatus="Approved"),
        lambda: sagemaker.create_model_package(ModelPackageGroupName="authorization-own"),
    ):
        with pytest.raises(ClientError) as refused:
            refuse()
        assert code_of(refused) == "AccessDeniedException"


def test_a_foreign_arn_beside_the_name_does_not_count(
    cloud: Cloud, registrar: boto3.Session
) -> None:
    body = {
        "ModelPackageName": f"{SAGEMAKER}:model-package/authorization-other/1",
        "PipelineExecutionArn": f"{SAGEMAKER}:model-package/authorization-own/1",
    }
    headers = {
        "X-Amz-Target": "SageMaker.DescribeModelPackage",
        "Content-Type": "application/x-amz-json-1.1",
    }
    status, answer = send(
        cloud, registrar, "sagemaker", headers=headers, body=json.dumps(body).encode()
    )
    assert (status, "AccessDenied" in answer) == (403, True)


def test_costs_are_seen_by_those_who_may(cloud: Cloud, registrar: boto3.Session) -> None:
    with pytest.raises(ClientError) as refused:
        registrar.client("ce").get_cost_and_usage(
            TimePeriod={"Start": "2026-01-01", "End": "2026-01-02"},
            Granularity="DAILY",
            Metrics=["UnblendedCost"],
        )
    assert code_of(refused) == "AccessDeniedException"


def assumable(cloud: Cloud, name: str, **condition: Any) -> str:
    """A role anybody of the account may assume, if IAM lets them and the condition holds."""
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    made = (
        cloud.session()
        .client("iam")
        .create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
    )
    return str(made["Role"]["Arn"])


def test_a_role_is_assumed_by_those_who_may_and_with_its_external_id(cloud: Cloud) -> None:
    own = assumable(cloud, "assumed-own", StringEquals={"sts:ExternalId": "acme"})
    other = assumable(cloud, "assumed-other")
    portal = role(cloud, "assuming", allow("sts:AssumeRole", own)).client("sts")
    assert portal.assume_role(RoleArn=own, RoleSessionName="portal", ExternalId="acme")
    for request in (
        {"RoleArn": own},
        {"RoleArn": own, "ExternalId": "globex"},
        {"RoleArn": other},
        {"RoleArn": f"{other}-missing"},
    ):
        with pytest.raises(ClientError) as refused:
            portal.assume_role(RoleSessionName="portal", **request)
        assert code_of(refused) == "AccessDenied"


def test_a_session_policy_narrows_what_a_role_may(cloud: Cloud, reader: boto3.Session) -> None:
    narrow = document(allow("s3:GetObject", "arn:aws:s3:::authorization-own/none"))
    session = cloud.session(f"arn:aws:iam::{ACCOUNT}:role/s3-reader", Policy=narrow)
    with pytest.raises(ClientError) as refused:
        session.client("s3").get_object(Bucket="authorization-own", Key="file")
    assert code_of(refused) in DENIED


def test_a_batch_of_messages_needs_the_right_to_one(cloud: Cloud) -> None:
    queue = cloud.session().client("sqs").create_queue(QueueName="batches")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:batches"
    sender = role(cloud, "batch-sender", allow("sqs:SendMessage", arn)).client("sqs")
    sent = sender.send_message_batch(
        QueueUrl=queue,
        Entries=[{"Id": "one", "MessageBody": "a"}, {"Id": "two", "MessageBody": "b"}],
    )
    assert [entry["Id"] for entry in sent["Successful"]] == ["one", "two"]
    with pytest.raises(ClientError) as refused:
        sender.delete_message_batch(QueueUrl=queue, Entries=[{"Id": "one", "ReceiptHandle": "x"}])
    assert code_of(refused) in DENIED
