"""Choices that ride on an upload."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.choices import Choices, Objective
from backend.domain.errors import Invalid

PRINTABLE = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), max_size=240)


@given(target=PRINTABLE, tuned=st.booleans(), objective=st.sampled_from(Objective))
def test_choices_survive_the_way_over_s3_metadata(target: str, tuned: bool, objective: Objective):
    chosen = Choices(target=target, tuned=tuned, objective=objective, parameters='{"eta":0.1}')
    metadata = chosen.as_metadata()
    assert all(value.isascii() for value in metadata.values())
    assert Choices().with_metadata(metadata) == chosen


def test_an_upload_without_metadata_takes_the_tenants_defaults():
    defaults = Choices(algorithm="linear", target="price", tuned=True)
    assert defaults.with_metadata({}) == defaults


def test_what_the_upload_says_wins_over_the_defaults():
    defaults = Choices(algorithm="linear", target="price")
    assert defaults.with_metadata({"algorithm": "xgboost"}).algorithm == "xgboost"
    assert defaults.with_metadata({"target": "price%20%E2%82%AC"}).target == "price €"


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({"objective": "ranking"}, "Objective 'ranking' is not known: choose one of auto, binary"),
        ({"tuned": "yes"}, "give 'true' or 'false'"),
        ({"parameters": "eta=1"}, "no JSON"),
        ({"parameters": "[1]"}, "must be a JSON object"),
        ({"parameters": '{"a":"%s"}' % ("x" * 1100)}, "at most 1024 fit"),
        ({"target": "x" * 241}, "at most 240"),
        ({"target": "a%0Ab"}, "control characters"),
    ],
)
def test_choices_that_cannot_be_meant_are_refused_with_the_remedy(
    metadata: dict[str, str], sentence: str
):
    with pytest.raises(Invalid, match=sentence):
        Choices().with_metadata(metadata)
