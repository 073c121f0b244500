"""What a build may become."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.domain.build import NEXT, BuildState
from backend.domain.errors import Conflict
from tests.unit.values import NOON, waiting_build

PAIRS = list(itertools.product(BuildState, BuildState))
LATER = NOON + timedelta(minutes=5)


def test_a_build_that_has_ended_never_changes_again():
    ended = waiting_build().starting().ended(BuildState.STOPPED, at=LATER)
    for state in BuildState:
        with pytest.raises(Conflict, match="cannot become"):
            ended.ended(state, at=LATER)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_only_the_listed_transitions_are_possible(before: BuildState, after: BuildState):
    build = replace(waiting_build(), state=before)
    if after in NEXT[before]:
        assert build.ended(after, at=LATER).state is after
    else:
        with pytest.raises(Conflict, match=build.build_id):
            build.ended(after, at=LATER)


def test_an_execution_may_end_before_its_start_was_written_down():
    starting = waiting_build().starting()
    assert starting.ended(BuildState.SUCCEEDED, at=LATER).state is BuildState.SUCCEEDED


def test_builds_line_up_in_the_order_they_were_requested():
    first = waiting_build("uploads/z.csv")
    second = replace(waiting_build("uploads/a.csv"), requested_at=NOON + timedelta(microseconds=1))
    assert first.tag < second.tag
