"""Responsible for services ministack lacks: authorized by it, checked here, performed elsewhere."""

import asyncio
import json
from collections.abc import Callable, MutableMapping
from typing import Any

from ministack.core import router
from ministack.core.responses import get_region

from backend.embedded.answers import UNKNOWN_OPERATION, Answer, Handler, refused
from backend.embedded.faults import InvalidRequest
from backend.embedded.requests import check_request
from backend.embedded.service_models import known_members, model_of, operation_of

Perform = Callable[[str, bytes, str], Answer]
"""An operation's name, its request as JSON and the region, to its answer."""


def serve(handlers: MutableMapping[str, Handler], service: str, perform: Perform) -> None:
    """Adds a JSON service, of which `perform` sees only well-formed requests."""
    router.SERVICE_PATTERNS[service] = {
        "target_prefixes": [model_of(service).metadata["targetPrefix"] + "."],
        "credential_scope": service,
        "host_patterns": [],
    }
    handlers[service] = _forwarded(service, perform)


def _forwarded(service: str, perform: Perform) -> Handler:
    async def handle(_: str, __: str, headers: dict[str, str], body: bytes, ___: Any) -> Answer:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        refusal = _refusal(service, operation, body)
        if refusal is not None:
            return refusal
        return await asyncio.to_thread(perform, operation, body, get_region())

    return handle


def _refusal(service: str, operation: str, body: bytes) -> Answer | None:
    """Refuses what AWS would refuse before it looks at a single resource."""
    if operation_of(service, operation) is None:
        return refused(UNKNOWN_OPERATION, f"{service} has no operation {operation!r}.")
    try:
        request = json.loads(body or b"{}")
    except ValueError as fault:
        return refused("SerializationException", f"The request is no JSON: {fault}.")
    if not isinstance(request, dict):
        return refused("SerializationException", "The request is no JSON object.")
    try:
        check_request(operation, known_members(service, operation, request), service)
    except InvalidRequest as fault:
        return refused("ValidationException", str(fault))
    return None
