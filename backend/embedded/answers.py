"""Responsible for how JSON services answer: what a handler is, and an error in their words."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, Any], Awaitable[Answer]]

UNKNOWN_OPERATION = "UnknownOperationException"
JSON_TYPE = "application/x-amz-json-1.1"


def refused(code: str, message: str) -> Answer:
    body = json.dumps({"__type": code, "message": message})
    return 400, {"Content-Type": JSON_TYPE}, body.encode()
