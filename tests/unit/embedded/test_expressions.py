"""What the expressions of a definition come to."""

from typing import Any

import pytest

from backend.embedded.definitions.conditions import all_hold, check_condition
from backend.embedded.definitions.expressions import Scope, resolved
from backend.embedded.faults import InvalidDefinition, StepFailed, Unresolvable

PREPROCESS = {
    "ProcessingOutputConfig": {
        "Outputs": [
            {"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}},
            {"OutputName": "test-set", "S3Output": {"S3Uri": "s3://b/test"}},
        ]
    },
}
TRAIN = {"FinalMetricDataList": [{"MetricName": "validation:score", "Value": 0.9}]}
REPORTS = {("Evaluate", "Report"): {"gate": {"skill": 0.4}, "rows": [{"n": 3}], "a.b": 1}}
SCOPE = Scope(
    parameters={"Count": 2, "Rate": 0.5, "Flag": True, "Name": "acme"},
    facts={"PipelineExecutionId": "abc123"},
    properties={"Pre-process": PREPROCESS, "Train": TRAIN},
    report_of=lambda step, file: REPORTS[step, file],
    document_at=lambda uri: {"uri": uri},
)


def get(path: str) -> Any:
    return resolved({"Get": path}, SCOPE)


def json_get(path: str) -> Any:
    source = {"Get": "Steps.Evaluate.PropertyFiles.Report"}
    return resolved({"Std:JsonGet": {"PropertyFile": source, "Path": path}}, SCOPE)


def test_parameters_keep_their_type() -> None:
    asked = {name: {"Get": f"Parameters.{name}"} for name in SCOPE.parameters}
    assert resolved(asked, SCOPE) == SCOPE.parameters


def test_an_execution_knows_its_own_id() -> None:
    assert get("Execution.PipelineExecutionId") == "abc123"


@pytest.mark.parametrize("index", ["'train'", '"train"', "0"])
def test_an_output_is_found_by_name_and_by_number(index: str) -> None:
    path = f"Steps.Pre-process.ProcessingOutputConfig.Outputs[{index}].S3Output.S3Uri"
    assert get(path) == "s3://b/train"


def test_an_output_name_may_hold_a_hyphen() -> None:
    path = "Steps.Pre-process.ProcessingOutputConfig.Outputs['test-set'].S3Output.S3Uri"
    assert get(path) == "s3://b/test"


def test_a_final_metric_is_found_by_its_name() -> None:
    assert get("Steps.Train.FinalMetricDataList['validation:score'].Value") == 0.9


def test_join_writes_values_as_texts() -> None:
    parts = [{"Get": f"Parameters.{name}"} for name in ("Name", "Count", "Rate", "Flag")]
    assert resolved({"Std:Join": {"On": "/", "Values": parts}}, SCOPE) == "acme/2/0.5/true"


def test_joins_nest() -> None:
    inner = {"Std:Join": {"On": "", "Values": ["a", 1]}}
    assert resolved({"Std:Join": {"On": "-", "Values": [inner, "b"]}}, SCOPE) == "a1-b"


@pytest.mark.parametrize(
    ("path", "value"),
    [("gate.skill", 0.4), ("$.gate.skill", 0.4), ("rows[0].n", 3), ("['a.b']", 1)],
)
def test_json_get_reads_a_property_file(path: str, value: Any) -> None:
    assert json_get(path) == value


def test_json_get_reads_an_object_by_its_uri() -> None:
    uri = {"Std:Join": {"On": "/", "Values": ["s3://b", {"Get": "Parameters.Name"}]}}
    asked = {"Std:JsonGet": {"S3Uri": uri, "Path": "uri"}}
    assert resolved(asked, SCOPE) == "s3://b/acme"


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda: json_get("gate.score"), "Steps.Evaluate.PropertyFiles.Report has no 'gate.score'"),
        (lambda: json_get("rows[3]"), "has no 'rows[3]'"),
        (lambda: get("Steps.Train.ModelArtifacts.S3"), "Steps.Train has no 'ModelArtifacts.S3'"),
        (lambda: get("Steps.Train.FinalMetricDataList['x'].Value"), "Steps.Train has no"),
    ],
)
def test_a_path_to_nowhere_is_named(ask: Any, sentence: str) -> None:
    with pytest.raises(Unresolvable) as refusal:
        ask()
    assert sentence in str(refusal.value)


def compare(kind: str, left: Any, right: Any) -> dict[str, Any]:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


TRUE, FALSE = compare("Equals", 1, 1), compare("Equals", 1, 2)


@pytest.mark.parametrize(
    ("conditions", "held"),
    [
        ([TRUE, TRUE], True),
        ([TRUE, FALSE], False),
        ([compare("GreaterThan", {"Get": "Parameters.Count"}, 1)], True),
        ([compare("GreaterThan", 2, 2)], False),
        ([compare("GreaterThanOrEqualTo", 2, 2)], True),
        ([compare("LessThan", 0.4, {"Get": "Parameters.Rate"})], True),
        ([compare("LessThanOrEqualTo", 3, 2)], False),
        ([compare("GreaterThan", float("nan"), 0)], False),
        ([compare("Equals", "acme", {"Get": "Parameters.Name"})], True),
        ([{"Type": "In", "QueryValue": {"Get": "Parameters.Name"}, "Values": ["a", "acme"]}], True),
        ([{"Type": "In", "QueryValue": 3, "Values": [1, {"Get": "Parameters.Count"}]}], False),
        ([{"Type": "Not", "Expression": FALSE}], True),
        ([{"Type": "Or", "Conditions": [FALSE, TRUE]}], True),
        ([{"Type": "Or", "Conditions": [FALSE, {"Type": "Not", "Expression": TRUE}]}], False),
    ],
)
def test_conditions_hold_or_not(conditions: list[Any], held: bool) -> None:
    for condition in conditions:
        check_condition(condition)
    assert all_hold(conditions, lambda value: resolved(value, SCOPE)) is held


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {"Type": "Between", "LeftValue": 1, "RightValue": 2},
        {"Type": "Equals", "LeftValue": 1},
        {"Type": "Not"},
        {"Type": "Or", "Conditions": []},
        {"Type": "Or", "Conditions": [{"Type": "Sometimes"}]},
        {"Type": "In", "QueryValue": 1, "Values": 1},
    ],
)
def test_a_condition_of_no_known_form_is_refused(condition: Any) -> None:
    with pytest.raises(InvalidDefinition, match="Condition"):
        check_condition(condition)


def test_values_of_different_types_cannot_be_compared() -> None:
    with pytest.raises(StepFailed, match=r"cannot compare 'much' with 0\.5"):
        all_hold([compare("GreaterThan", "much", 0.5)], lambda value: value)
