"""What a tuning job's ranges mean."""

from typing import Any

import pytest

from backend.embedded.faults import InvalidRequest
from backend.embedded.tuning.ranges import Categorical, Continuous, Integer, Scale, ranges_in


def continuous(low: str, high: str, scale: str | None = None) -> Any:
    written = {"Name": "eta", "MinValue": low, "MaxValue": high}
    given = written | ({"ScalingType": scale} if scale else {})
    return ranges_in({"ContinuousParameterRanges": [given]})[0]


def integer(low: str, high: str, scale: str | None = None) -> Any:
    written = {"Name": "depth", "MinValue": low, "MaxValue": high}
    given = written | ({"ScalingType": scale} if scale else {})
    return ranges_in({"IntegerParameterRanges": [given]})[0]


@pytest.mark.parametrize(
    ("scale", "middle"),
    [("Linear", 0.505), ("Logarithmic", 0.1), ("ReverseLogarithmic", 0.9)],
)
def test_the_middle_of_a_range_depends_on_its_scale(scale: str, middle: float) -> None:
    low, high = ("0.01", "1.0") if scale != "ReverseLogarithmic" else ("0", "0.99")
    assert float(continuous(low, high, scale).value_at([0.5])) == pytest.approx(middle)


@pytest.mark.parametrize("scale", ["Linear", "Logarithmic", "ReverseLogarithmic"])
def test_a_value_never_leaves_its_range(scale: str) -> None:
    one = continuous("0.1", "0.7", scale)
    assert [float(one.value_at([place])) for place in (0.0, 1.0)] == pytest.approx([0.1, 0.7])
    for place in range(101):
        value = one.value_at([place / 100])
        assert 0.1 <= float(value) <= 0.7
        assert one.position_of(value) == pytest.approx([place / 100])


def test_every_whole_number_has_the_same_share() -> None:
    one = integer("2", "5")
    drawn = [one.value_at([(place + 0.5) / 400]) for place in range(400)]
    assert {value: drawn.count(value) for value in drawn} == dict.fromkeys("2345", 100)


def test_whole_numbers_on_a_logarithmic_scale_stay_whole() -> None:
    one = integer("1", "1000", "Logarithmic")
    values = [int(one.value_at([place / 10])) for place in range(11)]
    assert values[0] == 1
    assert values[-1] == 1000
    assert values == sorted(values)
    assert values[5] < 50


def test_auto_is_logarithmic_for_wide_positive_ranges_only() -> None:
    assert continuous("0.001", "1").scale is Scale.LOGARITHMIC
    assert continuous("0.1", "1", "Auto").scale is Scale.LINEAR
    assert continuous("0", "1000").scale is Scale.LINEAR
    assert integer("1", "10").scale is Scale.LINEAR


def test_a_range_of_one_value_is_that_value() -> None:
    assert continuous("0.5", "0.5").value_at([0.3]) == "0.5"
    assert integer("3", "3").value_at([0.9]) == "3"
    assert continuous("0.5", "0.5").position_of("0.5") == [0.5]


def test_a_category_is_the_one_with_the_highest_share() -> None:
    one = Categorical("kind", ("a", "b", "c"))
    assert one.value_at([0.1, 0.9, 0.2]) == "b"
    assert one.position_of("c") == [0.0, 0.0, 1.0]


def test_all_three_kinds_are_read_together() -> None:
    ranges = ranges_in(
        {
            "ContinuousParameterRanges": [{"Name": "a", "MinValue": "0", "MaxValue": "1"}],
            "IntegerParameterRanges": [{"Name": "b", "MinValue": "0", "MaxValue": "9"}],
            "CategoricalParameterRanges": [{"Name": "c", "Values": ["x", "y"]}],
        }
    )
    assert [type(one) for one in ranges] == [Continuous, Integer, Categorical]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({}, "names nothing to search"),
        ({"AutoParameters": [{"Name": "a", "ValueHint": "1"}]}, "AutoParameters"),
        (
            {"CategoricalParameterRanges": [{"Name": "a", "Values": ["x"]}] * 2},
            "'a' has two ranges",
        ),
    ],
)
def test_ranges_that_cannot_be_searched_are_refused(written: Any, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        ranges_in(written)


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        (("a", "1"), "are not numbers"),
        (("1", "0"), "is no range"),
        (("0", "inf"), "is no range"),
        (("0", "1", "Logarithmic"), "begins above 0"),
        (("0.1", "1", "ReverseLogarithmic"), "within 0 and 1"),
    ],
)
def test_a_continuous_range_at_fault_is_named(ends: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=f"'eta'.*{sentence}"):
        continuous(*ends)


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        (("0.5", "1"), "not whole numbers"),
        (("2", "1"), "is no range"),
        (("1", "9", "ReverseLogarithmic"), "ReverseLogarithmic"),
        (("0", "9", "Logarithmic"), "begins above 0"),
    ],
)
def test_an_integer_range_at_fault_is_named(ends: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=f"'depth'.*{sentence}"):
        integer(*ends)
