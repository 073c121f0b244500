"""What a pipeline definition may say, and how a bad one is refused."""

import json
from typing import Any

import pytest

from backend.embedded.definitions.definition import LARGEST, Definition, StepType, parsed
from backend.embedded.faults import InvalidDefinition

FAIL = {"Name": "Refuse", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}


def written(*steps: Any, **more: Any) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": list(steps), **more})


def read(*steps: Any, **more: Any) -> Definition:
    return parsed(written(*steps, **more))


def call(name: str, arguments: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "Name": name,
        "Type": "Lambda",
        "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "Arguments": arguments or {},
        **more,
    }


def condition(name: str, *, then: list[Any], otherwise: list[Any]) -> dict[str, Any]:
    held = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
    return {
        "Name": name,
        "Type": "Condition",
        "Arguments": {"Conditions": [held], "IfSteps": then, "ElseSteps": otherwise},
    }


def pointing_at(path: str) -> dict[str, Any]:
    return {"given": {"Std:Join": {"On": "", "Values": [{"Get": path}]}}}


def test_a_step_needs_what_it_depends_on_and_what_it_points_at() -> None:
    definition = read(
        call("First"),
        call("Second"),
        call("Third", pointing_at("Steps.First.OutputParameters['x']"), DependsOn=["Second"]),
    )
    assert [step.needs for step in definition.steps] == [
        frozenset(),
        frozenset(),
        frozenset({"First", "Second"}),
    ]


def test_a_branch_waits_for_its_condition() -> None:
    definition = read(condition("Check", then=[call("Yes")], otherwise=[FAIL]))
    assert [(step.name, step.needs) for step in definition.every_step()] == [
        ("Check", frozenset()),
        ("Yes", frozenset({"Check"})),
        ("Refuse", frozenset({"Check"})),
    ]


def test_a_step_name_may_hold_a_hyphen() -> None:
    definition = read(call("pre-process"), call("b", pointing_at("Steps.pre-process.Some[0].S3")))
    assert definition.steps[1].needs == {"pre-process"}


@pytest.mark.parametrize("kind", list(StepType))
def test_an_unsupported_type_is_told_what_is_run(kind: StepType) -> None:
    with pytest.raises(InvalidDefinition, match=rf"'Score' has type 'Transform'.*{kind}"):
        read({"Name": "Score", "Type": "Transform", "Arguments": {}})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", 'needs "Version"'),
        (json.dumps({"Version": "2020-12-01"}), "has no Steps"),
        (json.dumps({"Version": "2020-12-01", "Steps": []}), "has no Steps"),
        (json.dumps({"Version": "1", "Steps": [FAIL]}), 'needs "Version"'),
        (written("Refuse"), "Step name None is not allowed"),
        (written({**FAIL, "Name": "a b"}), "Step name 'a b' is not allowed"),
        (written({**FAIL, "Name": "x" * 65}), "is not allowed"),
        (written({**FAIL, "Type": None}), "has type None"),
        (written({**FAIL, "Arguments": []}), "Arguments that are not an object"),
        (written({**FAIL, "RetryPolicies": []}), "'Refuse' has RetryPolicies"),
        (written(FAIL, FAIL), "Step name 'Refuse' is used twice"),
        (written({**FAIL, "Arguments": {}}), "'Refuse': a Fail step needs an ErrorMessage"),
        (written({**FAIL, "DependsOn": "x"}), "DependsOn has to be a list"),
        (written({**FAIL, "DependsOn": ["Gone"]}), "'Refuse' refers to step 'Gone'"),
        (written({"Name": "Call", "Type": "Lambda"}), "a Lambda step needs a FunctionArn"),
        (written(call("Call", pointing_at("Parameters.Eta"))), "parameter 'Eta'"),
        (written(call("Call", pointing_at("Steps.Train.Arn"))), "refers to step 'Train'"),
        (written(call("Call", pointing_at("Execution.Mood"))), "'Execution.Mood' points at"),
        (written(call("Call", pointing_at("Somewhere"))), "'Somewhere' points at nothing"),
        (written(call("Call", {"x": {"Std:Sum": [1]}})), "Function 'Std:Sum'"),
        (written(call("Call", {"x": {"Std:Join": {"On": ","}}})), "Std:Join is not given"),
        (written(call("Call", {"x": {"Std:JsonGet": {"Path": {"Get": "a"}}}})), "Std:JsonGet"),
        (written(condition("If", then=[], otherwise=[]) | {"Arguments": {}}), "needs Conditions"),
    ],
)
def test_a_bad_definition_is_refused_by_name(text: str, sentence: str) -> None:
    with pytest.raises(InvalidDefinition) as refusal:
        parsed(text)
    assert sentence in str(refusal.value)


def test_a_definition_above_one_mebibyte_is_refused() -> None:
    with pytest.raises(InvalidDefinition, match=r"1,048,576 are allowed"):
        parsed(written(FAIL) + " " * LARGEST)


def test_steps_waiting_for_each_other_are_named() -> None:
    with pytest.raises(InvalidDefinition, match=r"in a circle: (A -> B -> A|B -> A -> B)"):
        read(call("A", DependsOn=["B"]), call("B", pointing_at("Steps.A.OutputParameters.x")))


def test_a_condition_cannot_wait_for_its_own_branch() -> None:
    check = condition("Check", then=[call("Yes")], otherwise=[]) | {"DependsOn": ["Yes"]}
    with pytest.raises(InvalidDefinition, match=r"depends on step 'Yes', which is in a branch"):
        read(check)


def test_branches_do_not_join_again() -> None:
    check = condition("Check", then=[call("Yes")], otherwise=[])
    with pytest.raises(InvalidDefinition, match=r"'After' depends on step 'Yes'.*may not be taken"):
        read(check, call("After", DependsOn=["Yes"]))


def test_a_branch_sees_its_own_steps_and_not_the_other_branch() -> None:
    inner = [call("One"), call("Two", pointing_at("Steps.One.OutputParameters.x"))]
    read(condition("Check", then=inner, otherwise=[]))
    with pytest.raises(InvalidDefinition, match=r"'Two' depends on step 'One'"):
        read(condition("Check", then=inner[:1], otherwise=inner[1:]))


def test_conditions_are_not_nested() -> None:
    inner = condition("Inner", then=[FAIL], otherwise=[])
    with pytest.raises(InvalidDefinition, match=r"'Inner' is a Condition inside a branch"):
        read(condition("Outer", then=[inner], otherwise=[]))


PROCESSING = {
    "Name": "Evaluate",
    "Type": "Processing",
    "Arguments": {"ProcessingOutputConfig": {"Outputs": [{"OutputName": "evaluation"}]}},
}
FILE = {"PropertyFileName": "Report", "OutputName": "evaluation", "FilePath": "evaluation.json"}


def json_get(file: str) -> dict[str, Any]:
    source = {"Get": f"Steps.Evaluate.PropertyFiles.{file}"}
    return {"x": {"Std:JsonGet": {"PropertyFile": source, "Path": "a.b"}}}


def test_a_property_file_makes_its_step_needed() -> None:
    definition = read({**PROCESSING, "PropertyFiles": [FILE]}, call("Call", json_get("Report")))
    assert definition.steps[1].needs == {"Evaluate"}


def test_an_unknown_property_file_is_named() -> None:
    with pytest.raises(InvalidDefinition, match=r"'Call' refers to property file 'Gone'"):
        read({**PROCESSING, "PropertyFiles": [FILE]}, call("Call", json_get("Gone")))


def test_a_property_file_of_an_unknown_output_is_named() -> None:
    with pytest.raises(InvalidDefinition, match=r"'Evaluate': property file .*'gone'"):
        read({**PROCESSING, "PropertyFiles": [{**FILE, "OutputName": "gone"}]})
