"""Whether a request keeps to botocore's shapes: types, enums, patterns and lengths."""

import functools
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import Shape
from botocore.validate import ParamValidator


def faults(operation: str, request: dict[str, Any]) -> list[str]:
    shape = _service().operation_model(operation).input_shape
    report = ParamValidator().validate(request, shape)
    told = [report.generate_report()] if report.has_errors() else []
    return told + list(_limits(request, shape, operation))


@functools.cache
def _service() -> Any:
    return botocore.session.get_session().get_service_model("sagemaker")


def _limits(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """What botocore leaves to the service: enums, patterns and upper bounds."""
    if shape.type_name == "string":
        yield from _text(value, shape, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _at_most(value, shape, path)
    for name, part, inner in _parts(value, shape):
        yield from _limits(part, inner, f"{path}.{name}")
    if shape.type_name in ("list", "map"):
        yield from _at_most(len(value), shape, path)


def _parts(value: Any, shape: Shape) -> Iterator[tuple[str, Any, Shape]]:
    match shape.type_name:
        case "structure":
            for name, part in value.items():
                yield name, part, shape.members[name]
        case "list":
            for place, part in enumerate(value):
                yield str(place), part, shape.member
        case "map":
            for name, part in value.items():
                yield name, name, shape.key
                yield name, part, shape.value


def _text(value: str, shape: Shape, path: str) -> Iterator[str]:
    yield from _at_most(len(value), shape, path)
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {shape.enum}"
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(_in_python(pattern), value, re.DOTALL):
        yield f"{path}: {value!r} does not match {pattern}"


def _in_python(pattern: str) -> str:
    """SageMaker's patterns are Java's: classes of letters, and an anchor that is repeated."""
    plain = pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s")
    plain = plain.replace(r"\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}", r"\s\S")
    return re.sub(r"\$\{1,\d+\}", "$", plain)


def _at_most(size: float, shape: Shape, path: str) -> Iterator[str]:
    if size > shape.metadata.get("max", size):
        yield f"{path}: {size} is above {shape.metadata['max']}"
