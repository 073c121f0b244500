"""Responsible for what a request to CloudWatch is about, in each of the protocols it speaks."""

import json
import re
from collections.abc import Mapping
from typing import Any

from backend.embedded import cbor

_OPERATION = re.compile(r"/operation/([^/?]+)")


def operation_in(path: str) -> str | None:
    """The operation an address names, as SDKs write it that speak CBOR."""
    found = _OPERATION.search(path)
    return found[1] if found else None


def namespace_of(headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]) -> str | None:
    """The namespace of metrics that are put; None where the request names none that can be read."""
    kind = headers.get("content-type", "")
    try:
        if "cbor" in kind or "cbor" in headers.get("smithy-protocol", ""):
            request = cbor.loads(body)
        elif "json" in kind or "x-amz-target" in headers:
            request = json.loads(body)
        else:
            request = {name: values[0] for name, values in query.items() if values}
    except cbor.UNREADABLE:
        return None
    named = request.get("Namespace") if isinstance(request, dict) else None
    return named if isinstance(named, str) else None
