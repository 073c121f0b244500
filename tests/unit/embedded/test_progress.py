"""Whose turn it is in an execution."""

import json
from typing import Any

from backend.embedded.definitions.definition import parsed
from backend.embedded.definitions.progress import ready_steps


def fail(name: str, *needs: str) -> dict[str, Any]:
    message = {"ErrorMessage": "no"}
    return {"Name": name, "Type": "Fail", "Arguments": message, "DependsOn": list(needs)}


HELD = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
CHECK = {
    "Name": "Check",
    "Type": "Condition",
    "DependsOn": ["A"],
    "Arguments": {
        "Conditions": [HELD],
        "IfSteps": [fail("Yes"), fail("YesToo", "Yes")],
        "ElseSteps": [fail("No")],
    },
}
DEFINITION = parsed(
    json.dumps({"Version": "2020-12-01", "Steps": [fail("A"), fail("B"), fail("C", "A"), CHECK]})
)


def ready(*succeeded: str, begun: tuple[str, ...] = (), **branches: bool) -> list[str]:
    begun = begun + succeeded
    steps = ready_steps(DEFINITION, begun=begun, succeeded=succeeded, branches=branches)
    return [step.name for step in steps]


def test_independent_steps_are_ready_together() -> None:
    assert ready() == ["A", "B"]


def test_a_step_begins_once() -> None:
    assert ready(begun=("A",)) == ["B"]


def test_an_end_makes_the_next_ones_ready() -> None:
    assert ready("A") == ["B", "C", "Check"]


def test_only_the_taken_branch_is_ready() -> None:
    assert ready("A", "B", "C", "Check", Check=True) == ["Yes"]
    assert ready("A", "B", "C", "Check", Check=False) == ["No"]


def test_a_branch_keeps_its_own_order() -> None:
    assert ready("A", "B", "C", "Check", "Yes", Check=True) == ["YesToo"]
