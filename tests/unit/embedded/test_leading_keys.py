"""Which partition keys a DynamoDB request is about."""

from typing import Any

import pytest

from backend.embedded.access.leading_keys import leading_keys

OWN = {"tenant": {"S": "acme"}, "build": {"S": "1"}}
OTHER = {"tenant": {"S": "globex"}, "build": {"S": "1"}}


def hash_key(table: str, index: str | None) -> str | None:
    return {("t", None): "tenant", ("t", "by-state"): "state"}.get((table, index))


def keys(operation: str, **request: Any) -> list[str]:
    return leading_keys(operation, {"TableName": "t", **request}, hash_key)


def query(condition: str, **more: Any) -> list[str]:
    values = {":t": {"S": "acme"}, ":o": {"S": "globex"}, ":n": {"N": "7"}}
    return keys("Query", KeyConditionExpression=condition, ExpressionAttributeValues=values, **more)


@pytest.mark.parametrize("operation", ["GetItem", "DeleteItem", "UpdateItem"])
def test_one_row_has_one_key(operation: str) -> None:
    assert keys(operation, Key=OWN) == ["acme"]


def test_a_put_is_about_its_row() -> None:
    assert keys("PutItem", Item=OTHER, Key=OWN) == ["globex"]


@pytest.mark.parametrize(
    "condition",
    ["tenant = :t", "tenant=:t AND build = :o", "(tenant = :t) and begins_with(build, :o)"],
)
def test_a_query_is_about_the_key_it_demands(condition: str) -> None:
    assert query(condition) == ["acme"]


def test_aliases_are_resolved() -> None:
    names = {"#a": "tenant", "#b": "build"}
    assert query("#b = :t AND #a = :o", ExpressionAttributeNames=names) == ["globex"]


@pytest.mark.parametrize(
    "condition",
    [
        "", "build = :t", "tenant > :t", "sub.tenant = :t", "tenants = :t",
        "tenant = :t AND tenant = :o", "tenant = :missing",
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_read_for_certain_names_no_key(condition: str) -> None:
    assert query(condition) == []


def test_the_key_of_an_index_is_the_indexs_own() -> None:
    assert query("state = :t", IndexName="by-state") == ["acme"]
    assert query("tenant = :t", IndexName="by-state") == []


def test_legacy_conditions_count() -> None:
    condition = {"tenant": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "acme"}]}}
    assert keys("Query", KeyConditions=condition) == ["acme"]


def test_every_row_of_a_batch_counts() -> None:
    assert keys("BatchGetItem", RequestItems={"t": {"Keys": [OWN, OTHER]}}) == ["acme", "globex"]
    writes = [{"PutRequest": {"Item": OWN}, "DeleteRequest": {"Key": OTHER}}]
    assert keys("BatchWriteItem", RequestItems={"t": writes}) == ["acme", "globex"]


def test_every_row_of_a_transaction_counts() -> None:
    parts = [{"Put": {"TableName": "t", "Item": OWN}, "Delete": {"TableName": "t", "Key": OTHER}}]
    assert keys("TransactWriteItems", TransactItems=parts) == ["acme", "globex"]


@pytest.mark.parametrize("operation", ["Scan", "ExecuteStatement", "DescribeTable"])
def test_an_operation_without_a_key_names_none(operation: str) -> None:
    assert keys(operation, Key=OWN) == []


def test_an_unknown_table_has_no_key() -> None:
    assert keys("GetItem", TableName="unknown", Key=OWN) == []


def test_a_table_may_be_named_by_its_arn() -> None:
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/t"
    assert keys("GetItem", TableName=arn, Key=OWN) == ["acme"]
