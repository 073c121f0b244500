"""Responsible for a question's Filter: whether it is one, and what it lets through."""

from collections.abc import Callable, Mapping
from typing import Any

from backend.embedded.costs.bill import Source
from backend.embedded.costs.refusals import BadQuestion

DIMENSIONS = ("SERVICE", "USAGE_TYPE", "RECORD_TYPE", "REGION", "LINKED_ACCOUNT")

Filter = Mapping[str, Any]

_OPERATORS = ("And", "Or", "Not", "Dimensions", "Tags")
_FEWEST_PARTS = 2
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "STARTS_WITH": lambda value, wanted: value.startswith(wanted),
    "ENDS_WITH": lambda value, wanted: value.endswith(wanted),
    "CONTAINS": lambda value, wanted: wanted in value,
}


def checked_filter(expression: Filter | None) -> Filter | None:
    """The filter itself, None where there is none; raises BadQuestion for a fault in any part."""
    if not expression:
        return None
    _check(expression)
    return expression


def checked_dimension(name: Any) -> str:
    if name not in DIMENSIONS:
        raise BadQuestion(
            f"Dimension {name!r} is not available: use one of {', '.join(DIMENSIONS)}."
        )
    return str(name)


def lets_through(expression: Filter | None, source: Source) -> bool:
    """Whether a checked filter chooses a source's lines; none chooses all."""
    match dict(expression or {}):
        case {"And": parts}:
            return all(lets_through(part, source) for part in parts)
        case {"Or": parts}:
            return any(lets_through(part, source) for part in parts)
        case {"Not": part}:
            return not lets_through(part, source)
        case {"Tags": part}:
            return _has(source.tags.get(part["Key"], ""), part)
        case {"Dimensions": part}:
            return _has(source.dimensions[part["Key"]], part)
    return True


def _check(expression: Filter) -> None:
    """Looks at every part, so that a fault shows even where no line would meet it."""
    named = [name for name in expression if expression[name] is not None]
    if len(named) != 1 or named[0] not in _OPERATORS:
        raise BadQuestion(
            f"A filter expression has exactly one of {', '.join(_OPERATORS)}; this one has "
            f"{', '.join(named) or 'none'}."
        )
    part = expression[named[0]]
    if named[0] in ("And", "Or"):
        if len(part) < _FEWEST_PARTS:
            raise BadQuestion(f"{named[0]} needs {_FEWEST_PARTS} expressions at least.")
        for each in part:
            _check(each)
    elif named[0] == "Not":
        _check(part)
    else:
        _check_values(named[0], part)


def _check_values(operator: str, part: Mapping[str, Any]) -> None:
    options = part.get("MatchOptions") or ["EQUALS"]
    if operator == "Dimensions":
        checked_dimension(part.get("Key"))
    if not part.get("Key") or (options != ["ABSENT"] and not part.get("Values")):
        raise BadQuestion(f"{operator} needs a Key and Values: it has {dict(part)}.")
    unknown = set(options) - set(_TESTS) - {"CASE_SENSITIVE", "CASE_INSENSITIVE", "ABSENT"}
    if unknown:
        raise BadQuestion(f"MatchOptions {min(unknown)!r} is not available.")


def _has(value: str, part: Mapping[str, Any]) -> bool:
    options = part.get("MatchOptions") or ["EQUALS"]
    if "ABSENT" in options:
        return not value
    test = _TESTS[next((option for option in options if option in _TESTS), "EQUALS")]
    wanted = list(part["Values"])
    if "CASE_INSENSITIVE" in options:
        value, wanted = value.lower(), [each.lower() for each in wanted]
    return any(test(value, each) for each in wanted)
