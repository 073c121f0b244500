"""Responsible for `dynamodb:LeadingKeys`: the partition keys a DynamoDB request is about."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

HashKeyOf = Callable[[str, str | None], str | None]
"""The name of a table's partition key, or of an index of it."""

_WORD = re.compile(r"[:#]?[A-Za-z_][\w.-]*")


def leading_keys(operation: str, request: Mapping[str, Any], hash_key_of: HashKeyOf) -> list[str]:
    """Every partition key the request reads or writes.

    Empty where the request is about no known key (a scan, PartiQL, a condition that cannot be
    read for certain): a policy then refuses it with `Null: {"dynamodb:LeadingKeys": "false"}`.
    """
    match operation:
        case "GetItem" | "DeleteItem" | "UpdateItem":
            return _of_row(request.get("Key"), _name(request, hash_key_of))
        case "PutItem":
            return _of_row(request.get("Item"), _name(request, hash_key_of))
        case "Query":
            return _of_condition(request, _name(request, hash_key_of))
        case "BatchGetItem" | "BatchWriteItem":
            return _of_batch(request, hash_key_of)
        case "TransactGetItems" | "TransactWriteItems":
            return _of_transaction(request, hash_key_of)
    return []


def _name(request: Mapping[str, Any], hash_key_of: HashKeyOf) -> str | None:
    return hash_key_of(_table(request), request.get("IndexName"))


def _table(request: Mapping[str, Any]) -> str:
    """TableName may be an ARN."""
    return str(request.get("TableName", "")).rsplit("/", 1)[-1]


def _of_row(row: Any, name: str | None) -> list[str]:
    if not isinstance(row, dict) or name not in row or not isinstance(row[name], dict):
        return []
    return [str(value) for value in row[name].values()]


def _of_condition(request: Mapping[str, Any], name: str | None) -> list[str]:
    if "KeyConditions" in request:
        legacy = request["KeyConditions"].get(name, {})
        values = legacy.get("AttributeValueList", [])
        return [str(text) for value in values for text in value.values()]
    aliases = request.get("ExpressionAttributeNames", {})
    condition = re.sub(
        r"#\w+",
        lambda found: aliases.get(found[0], found[0]),
        request.get("KeyConditionExpression", ""),
    )
    equal = re.search(rf"(?<![\w.:#-]){re.escape(name or '')}\s*=\s*(:\w+)", condition)
    if name is None or equal is None or _WORD.findall(condition).count(name) != 1:
        return []
    value = request.get("ExpressionAttributeValues", {}).get(equal[1], {})
    return [str(text) for text in value.values()]


def _of_batch(request: Mapping[str, Any], hash_key_of: HashKeyOf) -> list[str]:
    return [
        key
        for table, wanted in request.get("RequestItems", {}).items()
        for row in _batch_rows(wanted)
        for key in _of_row(row, hash_key_of(table.rsplit("/", 1)[-1], None))
    ]


def _batch_rows(wanted: Any) -> Iterator[Any]:
    if isinstance(wanted, dict):
        yield from wanted.get("Keys", [])
    else:
        for write in wanted:
            for part in write.values():
                yield from part.values()


def _of_transaction(request: Mapping[str, Any], hash_key_of: HashKeyOf) -> list[str]:
    return [
        key
        for element in request.get("TransactItems", [])
        for part in element.values()
        for row in (part.get("Key"), part.get("Item"))
        for key in _of_row(row, hash_key_of(_table(part), None))
    ]
