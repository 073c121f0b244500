"""Responsible for the services moto speaks: authorized by the endpoint, answered in its process."""

import asyncio
import functools
import json
from collections.abc import MutableMapping
from typing import Any

from botocore.validate import ParamValidator
from ministack.core import router
from ministack.core.responses import get_region
from moto.ce.responses import CostExplorerResponse
from moto.core.request import Request
from moto.core.responses import BaseResponse
from moto.sagemaker.responses import SageMakerResponse

from backend.embedded.answers import JSON_TYPE, UNKNOWN_OPERATION, Answer, Handler, refused
from backend.embedded.journal import Journal
from backend.embedded.service_models import known_members, operation_of

_TARGETS = {"sagemaker": "SageMaker.", "ce": "AWSInsightsIndexService."}
_HOSTS = {"sagemaker": "api.sagemaker", "ce": "ce"}
_RESPONSES: dict[str, type[BaseResponse]] = {
    "sagemaker": SageMakerResponse,
    "ce": CostExplorerResponse,
}


def install(handlers: MutableMapping[str, Handler], journal: Journal) -> None:
    """Adds SageMaker and Cost Explorer to what the endpoint serves."""
    for service, target in _TARGETS.items():
        router.SERVICE_PATTERNS[service] = {
            "target_prefixes": [target],
            "credential_scope": service,
            "host_patterns": [],
        }
        handlers[service] = _forwarded(service, journal)


def _forwarded(service: str, journal: Journal) -> Handler:
    def perform(operation: str, body: bytes, region: str) -> Answer:
        return _answer(service, operation, body, region)

    async def handle(_: str, __: str, headers: dict[str, str], body: bytes, ___: Any) -> Answer:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        refusal = _refusal(service, operation, body)
        if refusal is not None:
            return refusal
        return await asyncio.to_thread(journal.performed, operation, body, get_region(), perform)

    return handle


def replay(journal: Journal) -> None:
    """Makes again what an earlier run has changed at SageMaker."""
    journal.replay(functools.partial(_answer, "sagemaker"))


def _answer(service: str, operation: str, body: bytes, region: str) -> Answer:
    host = f"{_HOSTS[service]}.{region}.amazonaws.com"
    scope = f"moto/20000101/{region}/{service}/aws4_request"  # moto takes the region from it
    headers = {
        "host": host,
        "x-amz-target": _TARGETS[service] + operation,
        "content-type": JSON_TYPE,
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}",
    }
    request = Request.from_primitives("POST", f"https://{host}/", headers, body)
    try:
        status, _, text = _RESPONSES[service].dispatch(request, f"https://{host}/", request.headers)
    except NotImplementedError:
        return refused(UNKNOWN_OPERATION, _not_served(service, operation))
    content = text.encode() if isinstance(text, str) else text
    return status, {"Content-Type": JSON_TYPE}, content


def _refusal(service: str, operation: str, body: bytes) -> Answer | None:
    """Refuses what AWS would refuse before it looks at a single resource."""
    model = operation_of(service, operation)
    if model is None:
        return refused(UNKNOWN_OPERATION, f"{service} has no operation {operation!r}.")
    try:
        request = json.loads(body or b"{}")
    except ValueError as fault:
        return refused("SerializationException", f"The request is no JSON: {fault}.")
    if not isinstance(request, dict):
        return refused("SerializationException", "The request is no JSON object.")
    if model.input_shape is not None:
        report = ParamValidator().validate(
            known_members(service, operation, request), model.input_shape
        )
        if report.has_errors():
            return refused("ValidationException", report.generate_report())
    return None


def _not_served(service: str, operation: str) -> str:
    return f"The embedded cloud does not serve {service}:{operation}."
