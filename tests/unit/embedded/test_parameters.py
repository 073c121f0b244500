"""What a parameter's text means, and how an unfit one is refused."""

from typing import Any

import pytest

from backend.embedded.definitions.parameters import bound, declared_parameters, text_of
from backend.embedded.faults import InvalidDefinition, InvalidParameters

DECLARED = declared_parameters(
    [
        {"Name": "TenantId", "Type": "String"},
        {"Name": "Count", "Type": "Integer", "DefaultValue": 1},
        {"Name": "Skill", "Type": "Float", "DefaultValue": 0},
        {"Name": "Tuned", "Type": "Boolean", "DefaultValue": False},
        {"Name": "Tier", "Type": "String", "DefaultValue": "basic", "EnumValues": ["basic", "pro"]},
    ]
)


def given(**texts: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": text} for name, text in texts.items()]


def test_defaults_stand_in_with_their_declared_type() -> None:
    values = bound(DECLARED, given(TenantId="acme"))
    assert values == {
        "TenantId": "acme",
        "Count": 1,
        "Skill": 0.0,
        "Tuned": False,
        "Tier": "basic",
    }
    assert isinstance(values["Skill"], float)


def test_texts_are_read_by_their_declared_type() -> None:
    values = bound(DECLARED, given(TenantId="7", Count="-3", Skill="1e-3", Tuned="True"))
    assert values == {"TenantId": "7", "Count": -3, "Skill": 0.001, "Tuned": True, "Tier": "basic"}


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({}, "Parameter 'TenantId' is required"),
        ({"TenantId": "a", "Ghost": "1"}, "Unknown parameter 'Ghost'"),
        ({"TenantId": "a", "Count": "1.5"}, "Parameter 'Count': '1.5' is not of type Integer."),
        ({"TenantId": "a", "Count": ""}, "Parameter 'Count': '' is not of type Integer."),
        ({"TenantId": "a", "Skill": "nan"}, "'nan' is not of type Float."),
        ({"TenantId": "a", "Skill": "much"}, "'much' is not of type Float."),
        ({"TenantId": "a", "Tuned": "yes"}, "'yes' is not of type Boolean."),
        ({"TenantId": "a", "Tier": "gold"}, "Parameter 'Tier' is 'gold': use one of basic, pro."),
        ({"TenantId": "a" * 1025}, "Parameter 'TenantId' is 1025 characters long"),
    ],
)
def test_an_unfit_parameter_is_named(texts: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidParameters) as refusal:
        bound(DECLARED, given(**texts))
    assert sentence in str(refusal.value)


def test_a_parameter_given_twice_is_refused() -> None:
    with pytest.raises(InvalidParameters, match="'TenantId' is given twice"):
        bound(DECLARED, given(TenantId="a") * 2)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({}, "Parameters of the pipeline definition is not a list"),
        ([{"Type": "String"}], "has no Name"),
        ([{"Name": "a_b", "Type": "String"}], "Parameter name 'a_b' is not allowed"),
        ([{"Name": "a", "Type": "List"}], "Parameter 'a' has type 'List'"),
        ([{"Name": "a", "Type": "Integer", "DefaultValue": "x"}], "Parameter 'a': 'x' is not"),
        ([{"Name": "a", "Type": "String"}] * 2, "Parameter 'a' is declared twice"),
        ([{"Name": f"p{n}", "Type": "String"} for n in range(201)], "200 are allowed"),
    ],
)
def test_a_bad_declaration_is_named(written: Any, sentence: str) -> None:
    with pytest.raises(InvalidDefinition) as refusal:
        declared_parameters(written)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (3, "3"), (0.25, "0.25"), ("a b", "a b")]
)
def test_values_are_written_as_pipelines_writes_them(value: Any, text: str) -> None:
    assert text_of(value) == text
