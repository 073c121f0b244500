"""Responsible for the services moto speaks: authorized by the endpoint, answered in its process."""

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import botocore.session
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from ministack.core import router
from ministack.core.responses import get_region
from moto.ce.responses import CostExplorerResponse
from moto.core.request import Request
from moto.core.responses import BaseResponse
from moto.sagemaker.responses import SageMakerResponse

Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, Any], Awaitable[Answer]]

_JSON = {"Content-Type": "application/x-amz-json-1.1"}
_TARGETS = {"sagemaker": "SageMaker.", "ce": "AWSInsightsIndexService."}
_HOSTS = {"sagemaker": "api.sagemaker", "ce": "ce"}
_RESPONSES: dict[str, type[BaseResponse]] = {
    "sagemaker": SageMakerResponse,
    "ce": CostExplorerResponse,
}


def install(handlers: MutableMapping[str, Handler]) -> None:
    """Adds SageMaker and Cost Explorer to what the endpoint serves."""
    for service, target in _TARGETS.items():
        router.SERVICE_PATTERNS[service] = {
            "target_prefixes": [target],
            "credential_scope": service,
            "host_patterns": [],
        }
        handlers[service] = _forwarded(service)


@functools.cache
def model_of(service: str) -> ServiceModel:
    """What botocore knows of a service: the operations AWS has and their shapes."""
    return botocore.session.get_session().get_service_model(service)


def _forwarded(service: str) -> Handler:
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, _: Any
    ) -> Answer:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        refusal = _refusal(service, operation, body)
        if refusal is not None:
            return refusal
        return await asyncio.to_thread(answer, service, operation, body, get_region())

    return handle


def answer(service: str, operation: str, body: bytes, region: str) -> Answer:
    """moto's answer to a request that has passed the door."""
    host = f"{_HOSTS[service]}.{region}.amazonaws.com"
    scope = f"moto/20000101/{region}/{service}/aws4_request"  # moto takes the region from it
    headers = {
        "host": host,
        "x-amz-target": _TARGETS[service] + operation,
        "content-type": _JSON["Content-Type"],
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}",
    }
    request = Request.from_primitives("POST", f"https://{host}/", headers, body)
    try:
        status, answered, text = _RESPONSES[service].dispatch(
            request, f"https://{host}/", request.headers
        )
    except NotImplementedError:
        return refused("UnknownOperationException", _not_served(service, operation))
    content = text.encode() if isinstance(text, str) else text
    return (
        status,
        _JSON | {k: v for k, v in answered.items() if k.lower() == "x-amzn-errortype"},
        content,
    )


def refused(code: str, message: str) -> Answer:
    """An error as JSON services put it."""
    return 400, dict(_JSON), json.dumps({"__type": code, "message": message}).encode()


def _refusal(service: str, operation: str, body: bytes) -> Answer | None:
    """Refuses what AWS would refuse before it looks at a single resource."""
    model = model_of(service)
    if operation not in model.operation_names:
        return refused("UnknownOperationException", f"{service} has no operation {operation!r}.")
    try:
        request = json.loads(body or b"{}")
    except ValueError as fault:
        return refused("SerializationException", f"The request is no JSON: {fault}.")
    shape = model.operation_model(operation).input_shape
    if not isinstance(request, dict) or shape is None:
        return (
            None
            if isinstance(request, dict)
            else refused("SerializationException", "The request is no JSON object.")
        )
    report = ParamValidator().validate(_known(request, shape.members), shape)
    if report.has_errors():
        return refused("ValidationException", report.generate_report())
    return None


def _known(request: Mapping[str, Any], members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name in members}


def _not_served(service: str, operation: str) -> str:
    return f"The embedded cloud does not serve {service}:{operation}."
