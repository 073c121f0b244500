"""What ministack would answer differently from AWS, and no longer does."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tests.cloud import REGION, Cloud
from tests.integration.roles import ACCOUNT, allow, document, function

Found = TypeVar("Found")


def awaited(look: Callable[[], Found | None], seconds: float = 10) -> Found:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came")


def received(sqs: Any, url: str, *, seconds: int = 1) -> list[Any]:
    answer = sqs.receive_message(
        QueueUrl=url,
        WaitTimeSeconds=seconds,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["All"],
    )
    return list(answer.get("Messages", []))


def queue(cloud: Cloud, *, let_in: bool = True) -> tuple[str, str]:
    """The address and the ARN of a new queue that EventBridge may or may not reach."""
    sqs, name = cloud.session().client("sqs"), f"queue-{uuid.uuid4().hex[:8]}"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    policy = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r-*"}},
    }
    attributes = {"Policy": document(policy)} if let_in else {}
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"], arn


def rule(cloud: Cloud, pattern: dict[str, Any], **target: Any) -> str:
    events, name = cloud.session().client("events"), f"r-{uuid.uuid4().hex[:8]}"
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    failed = events.put_targets(Rule=name, Targets=[{"Id": "target", **target}])
    assert failed["FailedEntryCount"] == 0
    return name


def put_event(cloud: Cloud, source: str, **detail: Any) -> None:
    entry = {"Source": source, "DetailType": "test", "Detail": json.dumps(detail)}
    cloud.session().client("events").put_events(Entries=[entry])


def test_object_created_names_the_version(cloud: Cloud) -> None:
    s3, sqs = cloud.session().client("s3"), cloud.session().client("sqs")
    bucket = f"versions-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    url, arn = queue(cloud)
    rule(cloud, {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}}, Arn=arn)
    versions = [
        s3.put_object(Bucket=bucket, Key="file", Body=text)["VersionId"] for text in (b"a", b"b")
    ]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"c")
    versions.append(
        s3.complete_multipart_upload(
            Bucket=bucket,
            Key="parts",
            UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
        )["VersionId"]
    )
    told: set[str] = set()

    def all_told() -> bool:
        for message in received(sqs, url):
            told.add(json.loads(message["Body"])["detail"]["object"]["version-id"])
        return told == set(versions)

    assert awaited(all_told)


def test_a_standard_queue_gets_the_rules_message_group(cloud: Cloud) -> None:
    url, arn = queue(cloud)
    source = f"group.{uuid.uuid4().hex}"
    rule(cloud, {"source": [source]}, Arn=arn, SqsParameters={"MessageGroupId": "acme"})
    put_event(cloud, source)
    message = awaited(lambda: received(cloud.session().client("sqs"), url))[0]
    assert message["Attributes"]["MessageGroupId"] == "acme"


def test_a_queue_without_a_policy_gets_no_event(cloud: Cloud) -> None:
    source = f"policy.{uuid.uuid4().hex}"
    closed_url, closed = queue(cloud, let_in=False)
    open_url, opened = queue(cloud)
    rule(cloud, {"source": [source]}, Arn=closed)
    rule(cloud, {"source": [source]}, Arn=opened)
    put_event(cloud, source)
    sqs = cloud.session().client("sqs")
    assert awaited(lambda: received(sqs, open_url))
    assert received(sqs, closed_url) == []


COUNT = """
import boto3, json
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=%r, MessageBody=json.dumps(event))
    if %r:
        raise RuntimeError("not yet")
"""


def counting(cloud: Cloud, *, fail: bool = False) -> tuple[str, str]:
    """A function that leaves a message at every call; its name and the queue's address."""
    url, arn = queue(cloud)
    name = f"count-{uuid.uuid4().hex[:8]}"
    function(cloud, name, COUNT % (url, fail), allow("sqs:SendMessage", arn))
    return name, url


def function_arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def test_a_rule_calls_a_function_only_with_its_permission(cloud: Cloud) -> None:
    name, url = counting(cloud)
    source = f"permission.{uuid.uuid4().hex}"
    made = rule(cloud, {"source": [source]}, Arn=function_arn(name))
    put_event(cloud, source, turn="first")
    sqs = cloud.session().client("sqs")
    assert received(sqs, url, seconds=2) == []
    cloud.session().client("lambda").add_permission(
        FunctionName=name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{made}",
    )
    put_event(cloud, source, turn="second")
    message = awaited(lambda: received(sqs, url))[0]
    assert json.loads(message["Body"])["detail"] == {"turn": "second"}


def test_a_failed_function_is_called_again_for_the_same_event(cloud: Cloud) -> None:
    name, url = counting(cloud, fail=True)
    source = f"again.{uuid.uuid4().hex}"
    cloud.session().client("lambda").add_permission(
        FunctionName=name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    rule(cloud, {"source": [source]}, Arn=function_arn(name))
    put_event(cloud, source)
    ids: list[str] = []
    sqs = cloud.session().client("sqs")

    def twice() -> bool:
        ids.extend(json.loads(message["Body"])["id"] for message in received(sqs, url))
        return len(ids) > 1

    assert awaited(twice)
    assert len(set(ids)) == 1


def role_for(cloud: Cloud, service: str, *statements: dict[str, Any]) -> str:
    iam, name = cloud.session().client("iam"), f"role-{uuid.uuid4().hex[:8]}"
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    if statements:
        iam.put_role_policy(
            RoleName=name, PolicyName="rights", PolicyDocument=document(*statements)
        )
    return str(arn)


def schedule(cloud: Cloud, arn: str, *statements: dict[str, Any]) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
    cloud.session().client("scheduler").create_schedule(
        Name=f"schedule-{uuid.uuid4().hex[:8]}",
        ScheduleExpression=f"at({soon})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": arn,
            "RoleArn": role_for(cloud, "scheduler.amazonaws.com", *statements),
            "Input": "{}",
        },
    )


def test_a_schedule_does_what_its_role_may(cloud: Cloud) -> None:
    (closed_url, closed), (open_url, opened) = queue(cloud), queue(cloud)
    schedule(cloud, closed)
    schedule(cloud, opened, allow("sqs:SendMessage", opened))
    sqs = cloud.session().client("sqs")
    assert awaited(lambda: received(sqs, open_url), seconds=20)
    assert received(sqs, closed_url) == []


def test_a_mapping_takes_what_its_functions_role_may_take(cloud: Cloud) -> None:
    name, url = counting(cloud)
    functions, sqs, iam = (cloud.session().client(each) for each in ("lambda", "sqs", "iam"))
    source_url, source = queue(cloud)
    functions.create_event_source_mapping(FunctionName=name, EventSourceArn=source)
    sqs.send_message(QueueUrl=source_url, MessageBody="waits")
    assert received(sqs, url, seconds=3) == []
    take = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    iam.put_role_policy(
        RoleName=name, PolicyName="take", PolicyDocument=document(allow(take, source))
    )
    message = awaited(lambda: received(sqs, url))[0]
    assert json.loads(message["Body"])["Records"][0]["body"] == "waits"
