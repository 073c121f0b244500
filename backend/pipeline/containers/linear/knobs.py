"""Responsible for hyperparameters: those an algorithm declares, checked against their ranges.

Both training images carry this file, the same to the byte.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

Value = int | float | bool | str

# Beside the tuned knobs, these two arrive with every job.
_EVERY_JOB = frozenset({"parameters", "seed"})


class Refused(Exception):
    """What a tenant asked for cannot be done; the text names the fault and the remedy."""


def chosen(algorithm: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Value]:
    """Every declared knob's value: what tuning gives wins over the parameters, they over defaults.

    Raises Refused for a knob that is not declared, or a value beyond its range.
    """
    declared = {knob["name"]: knob for knob in algorithm["hyperparameters"]}
    asked = _parameters(given.get("parameters", "{}"))
    asked |= {name: value for name, value in given.items() if not _is_the_platforms(name)}
    for name in asked:
        if name not in declared:
            raise Refused(
                f"{algorithm['title']} has no hyperparameter '{name}': use one of "
                f"{', '.join(declared)}."
            )
    return {
        name: _value(knob, asked[name]) if name in asked else knob["default"]
        for name, knob in declared.items()
    }


def _is_the_platforms(name: str) -> bool:
    """A tuning job gives each trial names of SageMaker's own, such as _tuning_objective_metric."""
    return name in _EVERY_JOB or name.startswith("_")


def _parameters(text: str) -> dict[str, Any]:
    try:
        asked = json.loads(text)
    except ValueError as fault:
        raise Refused(f"The hyperparameters are not JSON ({fault}): give an object.") from fault
    if not isinstance(asked, dict):
        raise Refused('The hyperparameters have to be a JSON object such as {"name": 1}.')
    return asked


def _value(knob: Mapping[str, Any], given: Any) -> Value:
    value = _parsed(knob["type"], given)
    if value is None:
        raise Refused(f"Hyperparameter '{knob['name']}' is {given!r}: give {_wanted(knob)}.")
    if knob["type"] == "choice" and value not in knob["choices"]:
        raise Refused(f"Hyperparameter '{knob['name']}' is {given!r}: give {_wanted(knob)}.")
    if isinstance(value, int | float) and not knob["min"] <= value <= knob["max"]:
        raise Refused(f"Hyperparameter '{knob['name']}' is {given}: give {_wanted(knob)}.")
    return value


def _parsed(kind: str, given: Any) -> Value | None:
    """The value as its kind, whether it came as JSON or as text; None if it is no such value."""
    if kind == "choice":
        return str(given)
    try:
        number = float(given)
    except (TypeError, ValueError):
        return None
    if isinstance(given, bool) or not math.isfinite(number):
        return None
    if kind == "integer":
        return int(number) if number.is_integer() else None
    return number


def _wanted(knob: Mapping[str, Any]) -> str:
    if knob["type"] == "choice":
        return f"one of {', '.join(knob['choices'])}"
    what = "a whole number" if knob["type"] == "integer" else "a number"
    return f"{what} from {knob['min']} to {knob['max']}"
