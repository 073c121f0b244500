"""Responsible for pipeline parameters: what is declared, what is given, what a text means."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.embedded.faults import InvalidDefinition, InvalidParameters

MOST_PARAMETERS = 200
LONGEST_VALUE = 1024
_NAME = re.compile(r"[A-Za-z0-9](-*[A-Za-z0-9])*")
_INTEGER = re.compile(r"[+-]?\d+")
_BOOLEANS = {"true": True, "false": False}

Value = str | int | float | bool


class ParameterType(StrEnum):
    STRING = "String"
    INTEGER = "Integer"
    FLOAT = "Float"
    BOOLEAN = "Boolean"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: ParameterType
    default: Value | None = None
    allowed: tuple[Value, ...] = ()


def declared_parameters(written: Any) -> tuple[Parameter, ...]:
    """The definition's Parameters; raises InvalidDefinition and names the one at fault."""
    if not isinstance(written, list):
        raise InvalidDefinition("Parameters of the pipeline definition is not a list.")
    if len(written) > MOST_PARAMETERS:
        raise InvalidDefinition(
            f"The pipeline definition declares {len(written)} parameters: "
            f"{MOST_PARAMETERS} are allowed."
        )
    parameters = tuple(_declared(parameter) for parameter in written)
    names = [parameter.name for parameter in parameters]
    for name in names:
        if names.count(name) > 1:
            raise InvalidDefinition(f"Parameter {name!r} is declared twice.")
    return parameters


def bound(declared: Sequence[Parameter], given: Iterable[Mapping[str, str]]) -> dict[str, Value]:
    """Every declared parameter's value; raises InvalidParameters for one unknown, unfit or missing.

    `given` is StartPipelineExecution's list of Name and Value, where every value is a text.
    """
    texts: dict[str, str] = {}
    for pair in given:
        if pair["Name"] in texts:
            raise InvalidParameters(f"Parameter {pair['Name']!r} is given twice.")
        texts[pair["Name"]] = pair["Value"]
    unknown = texts.keys() - {parameter.name for parameter in declared}
    if unknown:
        raise InvalidParameters(
            f"Unknown parameter {min(unknown)!r}: the pipeline definition does not declare it."
        )
    values: dict[str, Value] = {}
    for parameter in declared:
        if parameter.name in texts:
            values[parameter.name] = _given(parameter, texts[parameter.name])
        elif parameter.default is not None:
            values[parameter.name] = parameter.default
        else:
            raise InvalidParameters(
                f"Parameter {parameter.name!r} is required: it has no default value "
                "and none was given."
            )
    return values


def text_of(value: Value) -> str:
    """A value as SageMaker writes it into a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _declared(written: Any) -> Parameter:
    if not isinstance(written, dict) or not isinstance(written.get("Name"), str):
        raise InvalidDefinition("A parameter of the pipeline definition has no Name.")
    name = written["Name"]
    if not _NAME.fullmatch(name):
        raise InvalidDefinition(
            f"Parameter name {name!r} is not allowed: use letters, digits and inner hyphens."
        )
    if written.get("Type") not in list(ParameterType):
        raise InvalidDefinition(
            f"Parameter {name!r} has type {written.get('Type')!r}: "
            f"use one of {', '.join(ParameterType)}."
        )
    kind = ParameterType(written["Type"])
    try:
        default = written.get("DefaultValue")
        return Parameter(
            name=name,
            type=kind,
            default=None if default is None else _parsed(kind, text_of(default)),
            allowed=tuple(_parsed(kind, text_of(v)) for v in written.get("EnumValues", ())),
        )
    except ValueError as fault:
        raise InvalidDefinition(f"Parameter {name!r}: {fault}") from fault


def _given(parameter: Parameter, text: str) -> Value:
    if len(text) > LONGEST_VALUE:
        raise InvalidParameters(
            f"Parameter {parameter.name!r} is {len(text)} characters long: "
            f"{LONGEST_VALUE} are allowed."
        )
    try:
        value = _parsed(parameter.type, text)
    except ValueError as fault:
        raise InvalidParameters(f"Parameter {parameter.name!r}: {fault}") from fault
    if parameter.allowed and value not in parameter.allowed:
        allowed = ", ".join(map(text_of, parameter.allowed))
        raise InvalidParameters(f"Parameter {parameter.name!r} is {text!r}: use one of {allowed}.")
    return value


def _parsed(kind: ParameterType, text: str) -> Value:
    match kind:
        case ParameterType.STRING:
            return text
        case ParameterType.INTEGER if _INTEGER.fullmatch(text):
            return int(text)
        case ParameterType.FLOAT if (number := _number(text)) is not None:
            return number
        case ParameterType.BOOLEAN if text.lower() in _BOOLEANS:
            return _BOOLEANS[text.lower()]
    raise ValueError(f"{text!r} is not of type {kind}.")


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
