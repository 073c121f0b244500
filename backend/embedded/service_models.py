"""Responsible for what botocore knows of AWS services: their operations and what those take."""

import functools
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel

# The endpoint's name for a service where botocore has another.
_BOTOCORE_NAMES = {"tagging": "resourcegroupstaggingapi", "monitoring": "cloudwatch"}


@functools.cache
def model_of(service: str) -> ServiceModel:
    name = _BOTOCORE_NAMES.get(service, service)
    return botocore.session.get_session().get_service_model(name)


@functools.cache
def operation_of(service: str, operation: str) -> OperationModel | None:
    """The operation's model, or None when AWS has no operation of that name."""
    model = model_of(service)
    return model.operation_model(operation) if operation in model.operation_names else None


def known_members(service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """What the operation reads of a request: AWS ignores the rest, and so must authorization."""
    model = operation_of(service, operation)
    if model is None or model.input_shape is None:
        return {}
    return {name: value for name, value in request.items() if name in model.input_shape.members}
