"""Responsible for what a pipeline definition says: its steps, their order, every fault named."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import Any

from backend.embedded.definitions.conditions import check_condition
from backend.embedded.definitions.expressions import references_in
from backend.embedded.definitions.parameters import Parameter, declared_parameters
from backend.embedded.faults import InvalidDefinition

LARGEST = 1024 * 1024
VERSION = "2020-12-01"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class StepType(StrEnum):
    PROCESSING = "Processing"
    TRAINING = "Training"
    TUNING = "Tuning"
    CONDITION = "Condition"
    REGISTER_MODEL = "RegisterModel"
    LAMBDA = "Lambda"
    FAIL = "Fail"


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    type: StepType
    written: Mapping[str, Any]
    needs: frozenset[str]
    if_steps: "tuple[Step, ...]" = ()
    else_steps: "tuple[Step, ...]" = ()

    @property
    def arguments(self) -> Mapping[str, Any]:
        arguments: Mapping[str, Any] = self.written.get("Arguments", {})
        return arguments

    @property
    def property_files(self) -> list[Mapping[str, str]]:
        return list(self.written.get("PropertyFiles", ()))


@dataclass(frozen=True, slots=True)
class Definition:
    parameters: tuple[Parameter, ...]
    steps: tuple[Step, ...]

    def every_step(self) -> Iterator[Step]:
        for step in self.steps:
            yield step
            yield from step.if_steps
            yield from step.else_steps


def parsed(text: str) -> Definition:
    """The definition a text holds; raises InvalidDefinition and names what cannot be run."""
    if len(text.encode()) > LARGEST:
        raise InvalidDefinition(
            f"The pipeline definition has {len(text.encode()):,} bytes: {LARGEST:,} are allowed."
        )
    try:
        written = json.loads(text)
    except ValueError as fault:
        raise InvalidDefinition(f"The pipeline definition is not JSON: {fault}.") from fault
    if not isinstance(written, dict) or written.get("Version") != VERSION:
        raise InvalidDefinition(f'The pipeline definition needs "Version": "{VERSION}".')
    definition = Definition(
        parameters=declared_parameters(written.get("Parameters", [])),
        steps=_steps(written.get("Steps"), "The pipeline definition"),
    )
    _check_names(definition)
    _check_references(definition)
    _check_order(definition)
    return definition


def _steps(written: Any, whose: str) -> tuple[Step, ...]:
    if not isinstance(written, list) or not written:
        raise InvalidDefinition(f"{whose} has no Steps.")
    return tuple(_step(step) for step in written)


def _step(written: Any) -> Step:
    name = written.get("Name") if isinstance(written, dict) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidDefinition(
            f"Step name {name!r} is not allowed: use 1 to 64 letters, digits, _ and -."
        )
    if written.get("Type") not in list(StepType):
        raise InvalidDefinition(
            f"Step {name!r} has type {written.get('Type')!r}, which is not run here: "
            f"use one of {', '.join(StepType)}."
        )
    if "RetryPolicies" in written:
        raise InvalidDefinition(f"Step {name!r} has RetryPolicies, which are not followed here.")
    if not isinstance(written.get("Arguments", {}), dict):
        raise InvalidDefinition(f"Step {name!r} has Arguments that are not an object.")
    kind = StepType(written["Type"])
    try:
        _check_arguments(kind, written)
        needs = _needs(written)
    except InvalidDefinition as fault:
        raise InvalidDefinition(f"Step {name!r}: {fault}") from fault
    if kind is not StepType.CONDITION:
        return Step(name, kind, written, needs)
    branches = _branch(written, "IfSteps", name), _branch(written, "ElseSteps", name)
    return Step(name, kind, written, needs, *branches)


def _branch(written: Mapping[str, Any], branch: str, condition: str) -> tuple[Step, ...]:
    steps = written["Arguments"].get(branch, [])
    if not steps:
        return ()
    inner = _steps(steps, f"Branch {branch} of step {condition!r}")
    for step in inner:
        if step.type is StepType.CONDITION:
            raise InvalidDefinition(
                f"Step {step.name!r} is a Condition inside a branch of {condition!r}: "
                "conditions cannot be nested."
            )
    return tuple(
        Step(step.name, step.type, step.written, step.needs | {condition}) for step in inner
    )


def _needs(written: Mapping[str, Any]) -> frozenset[str]:
    """The steps whose end this one waits for: those it names and those it points at."""
    depends = written.get("DependsOn", [])
    if not isinstance(depends, list) or not all(isinstance(name, str) for name in depends):
        raise InvalidDefinition("DependsOn has to be a list of step names.")
    own = {
        name: part for name, part in _without_branches(written).items() if name != "PropertyFiles"
    }
    pointed = {found.name for found in references_in(own) if found.scope == "Steps"}
    return frozenset(pointed | set(depends))


def _without_branches(written: Mapping[str, Any]) -> dict[str, Any]:
    arguments = written.get("Arguments", {})
    kept = {n: part for n, part in arguments.items() if n not in ("IfSteps", "ElseSteps")}
    return {**written, "Arguments": kept}


def _check_arguments(kind: StepType, written: Mapping[str, Any]) -> None:
    arguments = written.get("Arguments", {})
    match kind:
        case StepType.CONDITION:
            conditions = arguments.get("Conditions")
            if not isinstance(conditions, list) or not conditions:
                raise InvalidDefinition("a Condition step needs Conditions.")
            for condition in conditions:
                check_condition(condition)
        case StepType.LAMBDA:
            if not isinstance(written.get("FunctionArn"), str):
                raise InvalidDefinition("a Lambda step needs a FunctionArn.")
        case StepType.FAIL if "ErrorMessage" not in arguments:
            raise InvalidDefinition("a Fail step needs an ErrorMessage.")
        case StepType.PROCESSING:
            _check_property_files(written)


def _check_property_files(written: Mapping[str, Any]) -> None:
    match written.get("Arguments"):
        case {"ProcessingOutputConfig": {"Outputs": list(outputs)}}:
            names = [output.get("OutputName") for output in outputs if isinstance(output, dict)]
        case _:
            names = []
    for file in written.get("PropertyFiles", []):
        match file:
            case {"PropertyFileName": str(), "OutputName": str(output), "FilePath": str()}:
                if output in names:
                    continue
        raise InvalidDefinition(f"property file {file} is of no output that the step has.")


def _check_names(definition: Definition) -> None:
    seen: set[str] = set()
    for step in definition.every_step():
        if step.name in seen:
            raise InvalidDefinition(f"Step name {step.name!r} is used twice.")
        seen.add(step.name)


def _check_references(definition: Definition) -> None:
    """A step may point at parameters, at top-level steps and into its own branch."""
    declared = {parameter.name for parameter in definition.parameters}
    top = {step.name: step for step in definition.steps}
    groups = [definition.steps]
    groups += [branch for step in definition.steps for branch in (step.if_steps, step.else_steps)]
    for group in groups:
        visible = top | {step.name: step for step in group}
        for step in group:
            _check_steps(step, visible, definition)
            _check_parameters(step, declared, visible)


def _check_steps(step: Step, visible: Mapping[str, Step], definition: Definition) -> None:
    for name in sorted(step.needs - visible.keys()):
        if any(other.name == name for other in definition.every_step()):
            raise InvalidDefinition(
                f"Step {step.name!r} depends on step {name!r}, "
                "which is in a branch that may not be taken."
            )
        raise InvalidDefinition(
            f"Step {step.name!r} refers to step {name!r}, which the definition does not have."
        )


def _check_parameters(step: Step, declared: set[str], visible: Mapping[str, Step]) -> None:
    for found in references_in(_without_branches(step.written)):
        if found.scope == "Parameters" and found.name not in declared:
            raise InvalidDefinition(
                f"Step {step.name!r} refers to parameter {found.name!r}, "
                "which the definition does not declare."
            )
        if found.scope == "Steps" and found.rest.startswith(".PropertyFiles."):
            file = found.rest.removeprefix(".PropertyFiles.")
            files = [one.get("PropertyFileName") for one in visible[found.name].property_files]
            if file not in files:
                raise InvalidDefinition(
                    f"Step {step.name!r} refers to property file {file!r}, "
                    f"which step {found.name!r} does not have."
                )


def _check_order(definition: Definition) -> None:
    try:
        TopologicalSorter({step.name: step.needs for step in definition.every_step()}).prepare()
    except CycleError as fault:
        circle = " -> ".join(fault.args[1])
        raise InvalidDefinition(f"Steps wait for each other in a circle: {circle}.") from fault
