"""Whose rows a policy on leading keys opens, however the request is put."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.cloud import REGION, Cloud
from tests.integration.roles import ACCOUNT, allow, code_of, role, send

TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/leading"


@pytest.fixture(scope="module")
def table(cloud: Cloud) -> None:
    dynamodb = cloud.session().client("dynamodb")
    dynamodb.create_table(
        TableName="leading",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("tenant", "build", "state")
        ],
        KeySchema=[
            {"AttributeName": "tenant", "KeyType": "HASH"},
            {"AttributeName": "build", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    for tenant in ("acme", "globex"):
        row = {"tenant": {"S": tenant}, "build": {"S": "1"}, "state": {"S": "Waiting"}}
        dynamodb.put_item(TableName="leading", Item=row)


@pytest.fixture(scope="module")
def acme(cloud: Cloud, table: None) -> boto3.Session:
    """May read and write its own rows, as a tenant's access role may."""
    own = {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/tenant-id}"]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
    actions = [
        "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem",
        "BatchWriteItem", "ConditionCheckItem", "Scan", "PartiQLSelect", "ExecuteStatement",
    ]  # fmt: skip
    return role(
        cloud,
        "leading-acme",
        allow([f"dynamodb:{action}" for action in actions], [TABLE, f"{TABLE}/index/*"], **own),
        tags={"tenant-id": "acme"},
    )


def key(tenant: str) -> dict[str, Any]:
    return {"tenant": {"S": tenant}, "build": {"S": "1"}}


def query(tenant: str, condition: str = "tenant = :t", **more: Any) -> dict[str, Any]:
    values = {":t": {"S": tenant}}
    return {
        "TableName": "leading", "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values, **more,
    }  # fmt: skip


def test_a_tenant_reaches_its_own_rows(acme: boto3.Session) -> None:
    dynamodb = acme.client("dynamodb")
    assert dynamodb.get_item(TableName="leading", Key=key("acme"))["Item"]
    assert dynamodb.query(**query("acme"))["Count"] == 1
    named = query("acme", "#t = :t", ExpressionAttributeNames={"#t": "tenant"})
    assert dynamodb.query(**named)["Count"] == 1
    batch = dynamodb.batch_get_item(RequestItems={"leading": {"Keys": [key("acme")]}})
    assert len(batch["Responses"]["leading"]) == 1
    dynamodb.transact_get_items(
        TransactItems=[{"Get": {"TableName": "leading", "Key": key("acme")}}]
    )


FOREIGN: dict[str, tuple[str, dict[str, Any]]] = {
    "get": ("get_item", {"TableName": "leading", "Key": key("globex")}),
    "put": ("put_item", {"TableName": "leading", "Item": key("globex")}),
    "delete": ("delete_item", {"TableName": "leading", "Key": key("globex")}),
    "update": ("update_item", {"TableName": "leading", "Key": key("globex")}),
    "query": ("query", query("globex")),
    "alias": (
        "query", query("globex", "#t = :t", ExpressionAttributeNames={"#t": "tenant"})
    ),
    "index": (
        "query",
        {
            "TableName": "leading", "IndexName": "by-state",
            "KeyConditionExpression": "#s = :t", "ExpressionAttributeNames": {"#s": "state"},
            "ExpressionAttributeValues": {":t": {"S": "Waiting"}},
        },
    ),
    "scan": ("scan", {"TableName": "leading"}),
    "batch": (
        "batch_get_item", {"RequestItems": {"leading": {"Keys": [key("acme"), key("globex")]}}}
    ),
    "batch write": (
        "batch_write_item", {"RequestItems": {"leading": [{"PutRequest": {"Item": key("globex")}}]}}
    ),
    "transaction": (
        "transact_get_items",
        {"TransactItems": [{"Get": {"TableName": "leading", "Key": key("globex")}}]},
    ),
    "transaction that writes": (
        "transact_write_items",
        {"TransactItems": [{"Put": {"TableName": "leading", "Item": key("globex")}}]},
    ),
    "PartiQL": ("execute_statement", {"Statement": "SELECT * FROM leading WHERE tenant='globex'"}),
}  # fmt: skip


@pytest.mark.parametrize("way", FOREIGN)
def test_a_tenant_does_not_reach_anothers_rows(acme: boto3.Session, way: str) -> None:
    operation, request = FOREIGN[way]
    with pytest.raises(ClientError) as refused:
        getattr(acme.client("dynamodb"), operation)(**request)
    assert code_of(refused) == "AccessDeniedException"


DISGUISED: dict[str, tuple[str, dict[str, Any]]] = {
    "a scan with a key": ("Scan", {"TableName": "leading", "Key": key("acme")}),
    "a put with a key": (
        "PutItem", {"TableName": "leading", "Item": key("globex"), "Key": key("acme")}
    ),
    "a batch with a table": (
        "BatchGetItem",
        {
            "TableName": "leading", "Key": key("acme"),
            "RequestItems": {"leading": {"Keys": [key("globex")]}},
        },
    ),
    "a query with a key": ("Query", {**query("globex"), "Key": key("acme")}),
}  # fmt: skip


@pytest.mark.parametrize("disguise", DISGUISED)
def test_members_an_operation_ignores_do_not_count(
    cloud: Cloud, acme: boto3.Session, disguise: str
) -> None:
    operation, request = DISGUISED[disguise]
    headers = {
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
    }
    status, answer = send(
        cloud, acme, "dynamodb", headers=headers, body=json.dumps(request).encode()
    )
    assert (status, "AccessDenied" in answer) == (403, True), answer


def test_every_table_of_a_batch_is_authorized(cloud: Cloud, table: None) -> None:
    boto3.client("dynamodb").create_table(
        TableName="second",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    first_only = role(cloud, "first-table", allow("dynamodb:BatchGetItem", TABLE))
    request = {
        "TableName": "leading",
        "RequestItems": {
            "leading": {"Keys": [key("acme")]},
            "second": {"Keys": [{"id": {"S": "1"}}]},
        },
    }
    headers = {
        "X-Amz-Target": "DynamoDB_20120810.BatchGetItem",
        "Content-Type": "application/x-amz-json-1.0",
    }
    status, answer = send(
        cloud, first_only, "dynamodb", headers=headers, body=json.dumps(request).encode()
    )
    assert (status, "AccessDenied" in answer) == (403, True), answer


def test_a_request_with_two_operations_is_refused(cloud: Cloud, acme: boto3.Session) -> None:
    headers = {
        "X-Amz-Target": "DynamoDB_20120810.Scan",
        "Content-Type": "application/x-amz-json-1.0",
    }
    body = json.dumps({"TableName": "leading", "Key": key("acme")}).encode()
    status, answer = send(
        cloud, acme, "dynamodb", path="/?Action=GetItem", headers=headers, body=body
    )
    assert (status, "AmbiguousOperation" in answer) == (403, True), answer
