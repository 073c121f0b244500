"""Roles for tests, and requests no SDK would send."""

import io
import json
import urllib.error
import urllib.request
import zipfile
from typing import Any

import boto3
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from tests.cloud import REGION, Cloud

ACCOUNT = "123456789012"
DENIED = ("AccessDenied", "AccessDeniedException")


def role(
    cloud: Cloud, name: str, *statements: dict[str, Any], tags: dict[str, str] | None = None
) -> boto3.Session:
    """A session with the rights of a new role."""
    iam = cloud.session().client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    made = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=document(trust),
        Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
    )
    if statements:
        iam.put_role_policy(
            RoleName=name, PolicyName="rights", PolicyDocument=document(*statements)
        )
    return cloud.session(made["Role"]["Arn"])


def function(cloud: Cloud, name: str, code: str, *statements: dict[str, Any]) -> None:
    """A function of one module and its role of the same name, ready to be called."""
    iam, functions = cloud.session().client("iam"), cloud.session().client("lambda")
    service = {"Service": "lambda.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole"}
    role_arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"][
        "Arn"
    ]
    if statements:
        iam.put_role_policy(
            RoleName=name, PolicyName="rights", PolicyDocument=document(*statements)
        )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("code.py", code)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="code.handler",
        Role=role_arn,
        Code={"ZipFile": archive.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)


def allow(actions: str | list[str], resources: str | list[str], **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return statement | ({"Condition": condition} if condition else {})


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def send(
    cloud: Cloud,
    session: boto3.Session,
    service: str,
    *,
    method: str = "POST",
    path: str = "/",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> tuple[int, str]:
    """Sends a request as it is, signed; returns the status and the answer."""
    credentials: Any = session.get_credentials()
    request = AWSRequest(method, cloud.endpoint_url + path, headers=headers or {}, data=body)
    sign = S3SigV4Auth if service == "s3" else SigV4Auth
    sign(credentials.get_frozen_credentials(), service, REGION).add_auth(request)
    prepared = request.prepare()
    plain = urllib.request.Request(
        prepared.url, data=body or None, headers=dict(prepared.headers), method=method
    )
    try:
        with urllib.request.urlopen(plain, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return caught.value.response["Error"]["Code"]
