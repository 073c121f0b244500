"""All that tenants are made of, as the cloud lists it, and ways to take rights away."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backend.context import Context
from backend.domain import naming
from backend.domain.principal import Principal, Role

PAT = Principal("pat", "Pat", Role.PROVIDER)


def estate(context: Context) -> dict[str, set[str]]:
    """The names of everything onboarding makes, whoever it belongs to."""
    client = context.session.client
    return {
        "buckets": {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]},
        "roles": _listed(client("iam"), "list_roles", "Roles", "RoleName"),
        "rules": {rule["Name"] for rule in client("events").list_rules()["Rules"]},
        "groups": _listed(
            client("sagemaker"),
            "list_model_package_groups",
            "ModelPackageGroupSummaryList",
            "ModelPackageGroupName",
        ),
        "users": _listed(
            client("cognito-idp"), "list_users", "Users", "Username", UserPoolId=pool(context)
        ),
        "tenants": {tenant.tenant_id for tenant in context.tenants.all()},
    }


def pool(context: Context) -> str:
    return context.stacks.outputs(naming.STACK)["PoolId"]


def _listed(client: Any, call: str, member: str, name: str, **request: str) -> set[str]:
    pages = client.get_paginator(call).paginate(**request)
    return {entry[name] for page in pages for entry in page[member]}


@contextmanager
def without(context: Context, role: str, policy: str, sid: str) -> Iterator[None]:
    """A role whose inline policy lacks one statement."""
    with mutated(context, role, policy) as document:
        rest = [one for one in document["Statement"] if one["Sid"] != sid]
        assert len(rest) == len(document["Statement"]) - 1
        put_policy(context, role, policy, {**document, "Statement": rest})
        yield


@contextmanager
def mutated(context: Context, role: str, policy: str) -> Iterator[dict[str, Any]]:
    """The role's inline policy to be changed in the block; afterwards it is as it was."""
    iam = context.session.client("iam")
    whole = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    try:
        yield whole
    finally:
        put_policy(context, role, policy, whole)


def put_policy(context: Context, role: str, policy: str, document: dict[str, Any]) -> None:
    context.session.client("iam").put_role_policy(
        RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document)
    )
