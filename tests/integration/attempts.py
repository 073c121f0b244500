"""What one tenant's credentials may try on a tenant's things, its own or another's."""

import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

from backend.aws.session import S3_CONFIG
from backend.domain import naming
from backend.domain.build import Build
from backend.domain.tenant import Tenant

MODEL_KEY = "builds/b/model/job/output/model.tar.gz"
UPLOAD_KEY = "uploads/secret.csv"
TIMEOUT = 10


@dataclass(frozen=True, slots=True)
class Holdings:
    """A tenant and one of each kind of thing it has."""

    tenant: Tenant
    build: Build
    version_arn: str
    upload_id: str


Attempt = Callable[[boto3.Session, Holdings, Holdings], Any]
"""Credentials of the first tenant, its own holdings, and those the attempt is about."""


def refused(attempt: Attempt, session: boto3.Session, own: Holdings, about: Holdings) -> bool:
    """True when the cloud refused for want of a right; any other fault is a fault of the test."""
    try:
        attempt(session, own, about)
    except ClientError as refusal:
        status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
        code = refusal.response["Error"]["Code"]
        # HEAD has no body to name a code in.
        if code.startswith("AccessDenied") or (code == "403" and status == 403):
            return True
        raise
    except urllib.error.HTTPError as refusal:
        with refusal:
            if b"<Code>AccessDenied</Code>" in refusal.read():
                return True
        raise
    return False


# Uploads are empty: intake rejects them and starts nothing.
def _s3(call: str, **more: Any) -> Attempt:
    return lambda session, own, about: getattr(session.client("s3"), call)(
        Bucket=about.tenant.bucket, **more
    )


def _of_upload(call: str, **more: Any) -> Attempt:
    return lambda session, own, about: getattr(session.client("s3"), call)(
        Bucket=about.tenant.bucket, Key=UPLOAD_KEY, UploadId=about.upload_id, **more
    )


def _copy_to_own(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    source = {"Bucket": about.tenant.bucket, "Key": MODEL_KEY}
    session.client("s3").copy_object(Bucket=own.tenant.bucket, Key="uploads/c", CopySource=source)


def _copy_from_own(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    source = {"Bucket": own.tenant.bucket, "Key": MODEL_KEY}
    session.client("s3").copy_object(Bucket=about.tenant.bucket, Key="uploads/c", CopySource=source)


def _presigned_get(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    params = {"Bucket": about.tenant.bucket, "Key": MODEL_KEY}
    link = session.client("s3", config=S3_CONFIG).generate_presigned_url(
        "get_object", Params=params
    )
    with urllib.request.urlopen(link, timeout=TIMEOUT):
        return


def _presigned_put(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    params = {"Bucket": about.tenant.bucket, "Key": "uploads/presigned.csv"}
    link = session.client("s3", config=S3_CONFIG).generate_presigned_url(
        "put_object", Params=params
    )
    request = urllib.request.Request(link, data=b"", method="PUT")
    with urllib.request.urlopen(request, timeout=TIMEOUT):
        return


def _table(session: boto3.Session, name: str = naming.BUILDS_TABLE) -> Any:
    return session.resource("dynamodb").Table(name)


def _key(about: Holdings) -> dict[str, str]:
    return {"tenant_id": about.tenant.tenant_id, "build_id": about.build.build_id}


def _row(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    assert "Item" in _table(session).get_item(Key=_key(about))


def _rows(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    condition = Key("tenant_id").eq(about.tenant.tenant_id)
    assert _table(session).query(KeyConditionExpression=condition)["Items"]


def _index(index: str, name: str, value: Callable[[Holdings], str]) -> Attempt:
    return lambda session, own, about: _table(session).query(
        IndexName=index, KeyConditionExpression=Key(name).eq(value(about))
    )


def _costs(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    _table(session, naming.COSTS_TABLE).query(
        KeyConditionExpression=Key("owner").eq(about.tenant.tenant_id)
    )


def _invoice(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    key = {"tenant_id": about.tenant.tenant_id, "month": "2026-11"}
    _table(session, naming.INVOICES_TABLE).get_item(Key=key)


def _invoices(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    _table(session, naming.INVOICES_TABLE).query(
        KeyConditionExpression=Key("tenant_id").eq(about.tenant.tenant_id)
    )


def _forge_invoice(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    row = {"tenant_id": about.tenant.tenant_id, "month": "2026-11"}
    _table(session, naming.INVOICES_TABLE).put_item(Item=row)


def _batch(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    keys = [_key(own), _key(about)]
    session.resource("dynamodb").batch_get_item(RequestItems={naming.BUILDS_TABLE: {"Keys": keys}})


def _partiql(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    session.client("dynamodb").execute_statement(
        Statement='SELECT * FROM "mlaas-builds" WHERE tenant_id = ?',
        Parameters=[{"S": about.tenant.tenant_id}],
    )


def _write(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    _table(session).put_item(Item=_key(about))


def _update(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    _table(session).update_item(Key=_key(about), UpdateExpression="SET note = :n",
                                ExpressionAttributeValues={":n": "mine"})  # fmt: skip


def _erase(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    _table(session).delete_item(Key=_key(about))


def _registry(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    _table(session, naming.TENANTS_TABLE).get_item(Key={"tenant_id": about.tenant.tenant_id})


def _sagemaker(call: str, request: Callable[[Holdings], dict[str, Any]]) -> Attempt:
    return lambda session, own, about: getattr(session.client("sagemaker"), call)(**request(about))


def _assume(role_arn: Callable[[Holdings], str]) -> Attempt:
    return lambda session, own, about: session.client("sts").assume_role(
        RoleArn=role_arn(about), RoleSessionName="attempt", ExternalId=about.tenant.tenant_id
    )


def _send(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    account = about.tenant.access_role_arn.split(":")[4]
    sqs = session.client("sqs")
    url = f"{sqs.meta.endpoint_url}/{account}/{naming.queue_of(about.tenant.tier)}"
    sqs.send_message(QueueUrl=url, MessageBody="{}", MessageGroupId=about.tenant.tenant_id)


def _loosen(session: boto3.Session, own: Holdings, about: Holdings) -> None:
    session.client("iam").put_role_policy(
        RoleName=naming.access_role_of(own.tenant.tenant_id),
        PolicyName="tenant",
        PolicyDocument='{"Version": "2012-10-17", "Statement": []}',
    )


# What a tenant may do to its own things, with the access role's credentials.
ACCESS_OWN: dict[str, Attempt] = {
    "get model": _s3("get_object", Key=MODEL_KEY),
    "head model": _s3("head_object", Key=MODEL_KEY),
    "presigned get": _presigned_get,
    "put upload": _s3("put_object", Key="uploads/put.csv", Body=b""),
    "presigned put": _presigned_put,
    "begin multipart": _s3("create_multipart_upload", Key="uploads/parts.csv"),
    "list multiparts": _s3("list_multipart_uploads"),
    "send part": _of_upload("upload_part", PartNumber=1, Body=b"x"),
    "list parts": _of_upload("list_parts"),
    "copy to own": _copy_to_own,
    "get row": _row,
    "query rows": _rows,
    "query by time": _index(
        naming.BY_TIME_INDEX, "tenant_id", lambda about: about.tenant.tenant_id
    ),
    "query by end": _index(naming.BY_END_INDEX, "tenant_id", lambda about: about.tenant.tenant_id),
    "query costs": _costs,
    "get invoice": _invoice,
    "query invoices": _invoices,
    "list models": _sagemaker(
        "list_model_packages", lambda about: {"ModelPackageGroupName": about.tenant.model_group}
    ),
    "describe model": _sagemaker(
        "describe_model_package", lambda about: {"ModelPackageName": about.version_arn}
    ),
    "judge model": _sagemaker(
        "update_model_package",
        lambda about: {"ModelPackageArn": about.version_arn, "ModelApprovalStatus": "Approved"},
    ),
}
# What no tenant's access role may do, to its own things or another's.
ACCESS_NEVER: dict[str, Attempt] = {
    "get upload": _s3("get_object", Key=UPLOAD_KEY),
    "list objects": _s3("list_objects_v2"),
    "list versions": _s3("list_object_versions"),
    "put result": _s3("put_object", Key="builds/b/evaluation/evaluation.json", Body=b"{}"),
    "delete object": _s3("delete_object", Key=UPLOAD_KEY),
    "read bucket policy": _s3("get_bucket_policy"),
    "drop bucket policy": _s3("delete_bucket_policy"),
    "delete bucket": _s3("delete_bucket"),
    "scan": lambda session, own, about: _table(session).scan(),
    "batch get rows": _batch,
    "partiql": _partiql,
    "query waiting": _index(naming.WAITING_INDEX, "waiting_tier", lambda about: about.tenant.tier),
    "query by state": _index(naming.BY_STATE_INDEX, "state", lambda about: "Succeeded"),
    "query all costs": lambda session, own, about: _table(session, naming.COSTS_TABLE).query(
        IndexName=naming.BY_MONTH_INDEX, KeyConditionExpression=Key("month").eq("2026-11")
    ),
    "query all invoices": lambda session, own, about: _table(session, naming.INVOICES_TABLE).query(
        IndexName=naming.BY_MONTH_INDEX, KeyConditionExpression=Key("month").eq("2026-11")
    ),
    "forge invoice": _forge_invoice,
    "put row": _write,
    "update row": _update,
    "delete row": _erase,
    "read registry": _registry,
    "delete model": _sagemaker(
        "delete_model_package", lambda about: {"ModelPackageName": about.version_arn}
    ),
    "delete group": _sagemaker(
        "delete_model_package_group",
        lambda about: {"ModelPackageGroupName": about.tenant.model_group},
    ),
    "start pipeline": _sagemaker(
        "start_pipeline_execution", lambda about: {"PipelineName": naming.PIPELINE}
    ),
    "list executions": _sagemaker(
        "list_pipeline_executions", lambda about: {"PipelineName": naming.PIPELINE}
    ),
    "assume access role": _assume(lambda about: about.tenant.access_role_arn),
    "assume execution role": _assume(lambda about: about.tenant.execution_role_arn),
    "send request": _send,
    "loosen own policy": _loosen,
}
# What needs a right on both sides is no attempt on one's own things.
ACCESS_FOREIGN = {**ACCESS_OWN, **ACCESS_NEVER, "copy from own": _copy_from_own}

EXECUTION_OWN: dict[str, Attempt] = {
    "get model": _s3("get_object", Key=MODEL_KEY),
    "presigned get": _presigned_get,
    "put result": _s3("put_object", Key="builds/b/evaluation/evaluation.json", Body=b"{}"),
    "list objects": _s3("list_objects_v2"),
}
EXECUTION_NEVER: dict[str, Attempt] = {
    "get upload": _s3("get_object", Key=UPLOAD_KEY),
    "put upload": _s3("put_object", Key="uploads/put.csv", Body=b""),
    "delete object": _s3("delete_object", Key=MODEL_KEY),
    "get row": _row,
    "query rows": _rows,
    "scan": ACCESS_NEVER["scan"],
    "read registry": _registry,
    "list models": ACCESS_OWN["list models"],
    "describe model": ACCESS_OWN["describe model"],
    "judge model": ACCESS_OWN["judge model"],
    "start pipeline": ACCESS_NEVER["start pipeline"],
    "assume access role": ACCESS_NEVER["assume access role"],
    "send request": _send,
}
EXECUTION_FOREIGN = {**EXECUTION_OWN, **EXECUTION_NEVER, "copy from own": _copy_from_own}
