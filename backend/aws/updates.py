"""Responsible for writing what changed of a row, and nothing else, as DynamoDB's expressions."""

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def update_of(before: Row, after: Row, *, unless_changed: tuple[str, ...] = ()) -> dict[str, Any]:
    """UpdateExpression and its names and values; on condition that these attributes are as before.

    What others have written into the row meanwhile stays. Without a change the expressions only
    check the condition: there is nothing to SET then, so ask `changes` first.
    """
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    gone = sorted(before.keys() - after.keys())
    names = {name: f"#{n}" for n, name in enumerate(sorted({*changed, *gone, *unless_changed}))}
    parts = []
    if changed:
        parts.append("SET " + ", ".join(f"{names[n]} = :{names[n][1:]}" for n in changed))
    if gone:
        parts.append("REMOVE " + ", ".join(names[name] for name in gone))
    values = {f":{names[name][1:]}": value for name, value in changed.items()}
    conditions = []
    for name in unless_changed:
        if name in before:
            values[f":was{names[name][1:]}"] = before[name]
            conditions.append(f"{names[name]} = :was{names[name][1:]}")
        else:
            conditions.append(f"attribute_not_exists({names[name]})")
    return {
        "UpdateExpression": " ".join(parts),
        "ExpressionAttributeNames": {alias: name for name, alias in names.items()},
        **({"ExpressionAttributeValues": values} if values else {}),
        **({"ConditionExpression": " AND ".join(conditions)} if conditions else {}),
    }


def changes(before: Row, after: Row) -> bool:
    return dict(before) != dict(after)
