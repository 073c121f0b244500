"""Responsible for the expressions of a definition: finding, checking and resolving them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backend.embedded.definitions.parameters import text_of
from backend.embedded.faults import InvalidDefinition, Unresolvable

FACTS = frozenset(
    {
        "PipelineArn",
        "PipelineName",
        "PipelineExecutionArn",
        "PipelineExecutionId",
        "StartDateTime",
        "CurrentDateTime",
    }
)
_STEP = re.compile(r"Steps\.([A-Za-z0-9_-]+)")
_TOKEN = re.compile(r"\.?([^.\[\]'\"]+)|\[(?:'([^']*)'|\"([^\"]*)\"|(\d+))\]")
# SageMaker lets a list be asked for an element by the element's own name.
_NAMES = ("OutputName", "InputName", "ChannelName", "MetricName")


@dataclass(frozen=True, slots=True)
class Reference:
    """What `{"Get": path}` points at."""

    scope: str  # Parameters, Execution or Steps
    name: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything an expression may point at while its step is made ready."""

    parameters: Mapping[str, Any]
    facts: Mapping[str, str]
    properties: Mapping[str, Any]
    report_of: Callable[[str, str], Any]
    document_at: Callable[[str], Any]


def reference_of(path: str) -> Reference:
    """Raises InvalidDefinition for a path of no known form."""
    scope, _, rest = path.partition(".")
    if scope == "Parameters" and rest:
        return Reference(scope, rest)
    if scope == "Execution" and rest in FACTS:
        return Reference(scope, rest)
    step = _STEP.match(path)
    if step and _is_path(path[step.end() :]):
        return Reference("Steps", step[1], path[step.end() :])
    raise InvalidDefinition(f"Reference {path!r} points at nothing a pipeline has.")


def references_in(value: Any) -> Iterator[Reference]:
    """Every reference in a step's arguments, those inside functions included."""
    match value:
        case {"Get": str(path)} if len(value) == 1:
            yield reference_of(path)
        case dict():
            for name, part in value.items():
                _check_function(name, part)
                yield from references_in(part)
        case list():
            for part in value:
                yield from references_in(part)


def resolved(value: Any, scope: Scope) -> Any:
    """The value with every expression replaced; raises Unresolvable and names the path."""
    match value:
        case {"Get": str(path)} if len(value) == 1:
            return _got(path, scope)
        case {"Std:Join": {"On": str(glue), "Values": list(parts)}}:
            return glue.join(text_of(resolved(part, scope)) for part in parts)
        case {"Std:JsonGet": {"PropertyFile": {"Get": str(source)}, "Path": str(path)}}:
            reference = reference_of(source)
            document = scope.report_of(reference.name, reference.rest.rpartition(".")[2])
            return dug(document, _json_path(path), source)
        case {"Std:JsonGet": {"S3Uri": uri, "Path": str(path)}}:
            place = resolved(uri, scope)
            return dug(scope.document_at(place), _json_path(path), place)
        case dict():
            return {name: resolved(part, scope) for name, part in value.items()}
        case list():
            return [resolved(part, scope) for part in value]
    return value


def dug(value: Any, path: str, whence: str) -> Any:
    """What lies at a path such as `.a['b'][0]`; raises Unresolvable with the path and its start."""
    for dotted, single, double, index in _TOKEN.findall(path):
        key: str | int = int(index) if index else dotted or single or double
        try:
            value = _part(value, key)
        except (KeyError, IndexError, TypeError, StopIteration) as fault:
            raise Unresolvable(f"{whence} has no {path.lstrip('.')!r}.") from fault
    return value


def _check_function(name: str, call: Any) -> None:
    match name, call:
        case "Std:Join", {"On": str(), "Values": list()}:
            return
        case "Std:JsonGet", {"Path": str()}:
            return
        case "Std:JsonGet" | "Std:Join", _:
            raise InvalidDefinition(f"Function {name} is not given what it needs.")
    if name.startswith("Std:"):
        raise InvalidDefinition(f"Function {name!r} is not one of Pipelines'.")


def _got(path: str, scope: Scope) -> Any:
    reference = reference_of(path)
    if reference.scope == "Steps":
        return dug(scope.properties[reference.name], reference.rest, f"Steps.{reference.name}")
    found = scope.parameters if reference.scope == "Parameters" else scope.facts
    return found[reference.name]


def _part(value: Any, key: str | int) -> Any:
    if isinstance(value, list) and isinstance(key, str):
        return next(element for element in value if key in [element.get(name) for name in _NAMES])
    return value[key]


def _is_path(rest: str) -> bool:
    return "".join(found[0] for found in _TOKEN.finditer(rest)) == rest


def _json_path(path: str) -> str:
    return path.removeprefix("$")
