"""Responsible for judging a request by AWS's own model of it: shapes, limits, patterns."""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

from backend.embedded.faults import InvalidRequest
from backend.embedded.service_models import model_of


def check_request(operation: str, request: Mapping[str, Any], service: str = "sagemaker") -> None:
    """Raises InvalidRequest, naming the field, for what the service would refuse unseen."""
    shape = model_of(service).operation_model(operation).input_shape
    if shape is None:
        return
    report = ParamValidator().validate(request, shape)
    if report.has_errors():
        raise InvalidRequest(report.generate_report())
    for fault in _beyond_limits(request, shape, operation):
        raise InvalidRequest(fault)


def _beyond_limits(value: Any, shape: Shape | None, where: str) -> Iterator[str]:
    """What botocore leaves to the service: enumerations, patterns and upper limits."""
    match shape:
        case StructureShape():
            for name, part in value.items():
                yield from _beyond_limits(part, shape.members[name], f"{where}.{name}")
        case ListShape():
            yield from _too_many(value, shape, where)
            for index, part in enumerate(value):
                yield from _beyond_limits(part, shape.member, f"{where}[{index}]")
        case MapShape():
            yield from _too_many(value, shape, where)
            for name, part in value.items():
                yield from _beyond_limits(name, shape.key, f"{where} key")
                yield from _beyond_limits(part, shape.value, f"{where}.{name}")
        case Shape() if isinstance(value, str):
            yield from _unfit_text(value, shape, where)


def _too_many(value: Any, shape: Shape, where: str) -> Iterator[str]:
    most = shape.metadata.get("max")
    if most is not None and len(value) > most:
        yield f"{where} has {len(value)} members: {most} are allowed."


def _unfit_text(value: str, shape: Shape, where: str) -> Iterator[str]:
    limits = shape.metadata
    if "enum" in limits and value not in limits["enum"]:
        yield f"{where} is {value!r}, which is not one of its values."
    if len(value) > limits.get("max", len(value)):
        yield f"{where} has {len(value):,} characters: {limits['max']:,} are allowed."
    pattern = _pattern(limits["pattern"]) if "pattern" in limits else None
    if pattern and not pattern.fullmatch(value):
        yield f"{where} is {value!r}, which does not match {limits['pattern']}."


@functools.cache
def _pattern(text: str) -> re.Pattern[str] | None:
    """None for the few patterns that only Java reads."""
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        return None
