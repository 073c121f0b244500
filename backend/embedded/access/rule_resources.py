"""Responsible for the ARN an EventBridge request is about, as IAM policies name it."""

from collections.abc import Mapping
from typing import Any

_DEFAULT_BUS = "default"
# The member that names the rule, by operation.
_RULES = {
    "PutRule": "Name",
    "DeleteRule": "Name",
    "DescribeRule": "Name",
    "EnableRule": "Name",
    "DisableRule": "Name",
    "PutTargets": "Rule",
    "RemoveTargets": "Rule",
    "ListTargetsByRule": "Rule",
}


def resource_of(
    operation: str, request: Mapping[str, Any], region: str, account: str
) -> str | None:
    """A rule of the default bus has no bus in its ARN; None where no rule or ARN is named."""
    if "ResourceARN" in request:
        return str(request["ResourceARN"])
    name = request.get(_RULES.get(operation, ""))
    if name is None:
        return None
    bus = str(request.get("EventBusName") or _DEFAULT_BUS).rsplit("/", 1)[-1]
    path = name if bus == _DEFAULT_BUS else f"{bus}/{name}"
    return f"arn:aws:events:{region}:{account}:rule/{path}"
