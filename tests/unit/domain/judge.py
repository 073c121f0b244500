"""IAM's verdict on a request, as far as the tenants' policies need it."""

import re
from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]


def allows(
    policy: Document, action: str, resource: str, context: Mapping[str, Any] | None = None
) -> bool:
    """Whether any statement allows it; these policies deny nothing."""
    return any(_grants(one, action, resource, context or {}) for one in policy["Statement"])


def _grants(statement: Document, action: str, resource: str, context: Mapping[str, Any]) -> bool:
    assert statement["Effect"] == "Allow"
    return (
        action in listed(statement["Action"])
        and any(matches(pattern, resource) for pattern in listed(statement["Resource"]))
        and all(
            _holds(operator, key, listed(wanted), context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _holds(operator: str, key: str, wanted: list[str], context: Mapping[str, Any]) -> bool:
    given = context.get(key)
    match operator:
        case "StringEquals":
            return given in wanted
        case "StringLike":
            return given is not None and any(matches(pattern, given) for pattern in wanted)
        case "ForAllValues:StringEquals":
            return all(value in wanted for value in given or [])
        case "Null":
            return (given is None) == (wanted == ["true"])
    raise AssertionError(f"operator {operator} is not judged here")


def matches(pattern: str, text: str) -> bool:
    """`*` and `?` as IAM reads them."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
