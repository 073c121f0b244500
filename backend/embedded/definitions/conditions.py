"""Responsible for the conditions of a Condition step: which there are, and whether they hold."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backend.embedded.faults import InvalidDefinition, StepFailed

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}


def check_condition(condition: Any) -> None:
    """Raises InvalidDefinition for a condition of no known form."""
    match condition:
        case {"Type": "Not", "Expression": inner}:
            check_condition(inner)
        case {"Type": "Or", "Conditions": [_, *_] as parts}:
            for part in parts:
                check_condition(part)
        case {"Type": "In", "QueryValue": _, "Values": list()}:
            return
        case {"Type": str(kind), "LeftValue": _, "RightValue": _} if kind in _COMPARISONS:
            return
        case {"Type": str(kind)} if kind in {*_COMPARISONS, "Not", "Or", "In"}:
            raise InvalidDefinition(f"Condition {kind!r} lacks its operands.")
        case _:
            named = condition.get("Type") if isinstance(condition, dict) else condition
            raise InvalidDefinition(f"Condition type {named!r} is not one of Pipelines'.")


def all_hold(conditions: Sequence[Mapping[str, Any]], resolve: Callable[[Any], Any]) -> bool:
    return all(_holds(condition, resolve) for condition in conditions)


def _holds(condition: Mapping[str, Any], resolve: Callable[[Any], Any]) -> bool:
    match condition:
        case {"Type": "Not", "Expression": inner}:
            return not _holds(inner, resolve)
        case {"Type": "Or", "Conditions": parts}:
            return any(_holds(part, resolve) for part in parts)
        case {"Type": "In", "QueryValue": sought, "Values": values}:
            return resolve(sought) in resolve(values)
        case {"Type": kind, "LeftValue": left, "RightValue": right}:
            return _compared(kind, resolve(left), resolve(right))
    raise StepFailed(f"Condition {condition!r} cannot be evaluated.")


def _compared(kind: str, left: Any, right: Any) -> bool:
    try:
        return _COMPARISONS[kind](left, right)
    except TypeError as fault:
        raise StepFailed(
            f"Condition {kind} cannot compare {left!r} with {right!r}: they are of different types."
        ) from fault
