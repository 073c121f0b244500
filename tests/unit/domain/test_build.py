"""What a build may become."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.domain.build import NEXT, Build, BuildState, BuildStep
from backend.domain.errors import Conflict
from backend.domain.meter_reading import Metered
from tests.unit.values import NOON, waiting_build

PAIRS = list(itertools.product(BuildState, BuildState))
LATER = NOON + timedelta(minutes=5)


def test_a_build_that_has_ended_never_changes_again():
    ended = waiting_build().starting(0).ended(BuildState.STOPPED, at=LATER)
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
    starting = waiting_build().starting(0)
    assert starting.ended(BuildState.SUCCEEDED, at=LATER).state is BuildState.SUCCEEDED


@pytest.mark.parametrize(
    ("build", "ran"),
    [
        (waiting_build(), False),
        (waiting_build().ended(BuildState.STOPPED, at=LATER), False),
        (waiting_build().starting(0).ended(BuildState.FAILED, at=LATER), False),
        (waiting_build().starting(0).executing("arn", instance_type="ml.m5.large", at=NOON), True),
        (
            waiting_build()
            .starting(0)
            .ended(BuildState.FAILED, at=LATER, steps=(BuildStep("Train", "Training", "Failed"),)),
            True,
        ),
        (
            waiting_build().starting(0).ended(BuildState.STOPPED, at=LATER, metered=Metered(())),
            True,
        ),
    ],
)
def test_what_has_a_start_or_steps_or_was_metered_ran(build: Build, ran: bool):
    assert build.ran is ran


def test_only_what_failed_or_was_stopped_is_tried_again_and_reads_the_same_input():
    failed = waiting_build().starting(0).ended(BuildState.FAILED, at=LATER, reason="no")
    again = failed.retried(build_id="b2", at=LATER)
    assert (again.state, again.retry_of) == (BuildState.WAITING, failed.build_id)
    assert again.input_key == failed.input_key
    third = replace(again, state=BuildState.STOPPED).retried(build_id="b3", at=LATER)
    assert (third.retry_of, third.input_key) == ("b2", failed.input_key)
    with pytest.raises(Conflict, match="only a failed or stopped build"):
        waiting_build().retried(build_id="b2", at=LATER)


def test_a_stop_is_noted_once_and_only_of_what_holds_a_slot():
    stopping = waiting_build().starting(0).stopping(at=NOON, by="Ana")
    assert stopping.stopping(at=LATER, by="Pat") == stopping
    assert stopping.why_stopped == "Stopped by Ana."
    assert "in SageMaker" in waiting_build().why_stopped
    with pytest.raises(Conflict, match="there is nothing to stop"):
        waiting_build().stopping(at=NOON, by="Ana")


@pytest.mark.parametrize(
    "change",
    [
        lambda build: build.at_front(3, at=LATER),
        lambda build: build.aside("paused by the provider"),
        lambda build: build.back_in_line(),
    ],
)
def test_only_a_waiting_build_changes_its_place(change: Callable[[Build], Build]):
    with pytest.raises(Conflict, match="is Starting and cannot be"):
        change(waiting_build().starting(0))


def test_the_execution_is_named_after_the_build():
    build = waiting_build()
    assert build.execution_name == f"basic-{build.build_id}"
