"""Responsible for: what a list says of a build is the one thing worth knowing."""

from dataclasses import replace
from datetime import timedelta

from backend.domain.build import Build, BuildState
from backend.domain.explanation import Explanation
from portal import tables
from tests.unit.portal.builders import result
from tests.unit.values import NOON, waiting_build

MINUTE = timedelta(minutes=1)


def at(build: Build, minutes: int) -> Build:
    return replace(build, requested_at=NOON + minutes * MINUTE)


def test_waiting_builds_tell_their_place_and_start_or_what_keeps_them() -> None:
    first, second, third = (at(waiting_build(f"uploads/{n}.csv"), n) for n in range(3))
    told = {
        first.build_id: Explanation(3, "basic: 2 of 2 slots running", NOON + 4 * MINUTE, "x"),
        second.build_id: Explanation(4, "your builds are paused by the provider"),
    }
    listed = tables.builds([first, second, third], told, now=NOON)
    assert list(listed["What happened"]) == [
        "3rd in line, starts in about 4 min",
        "4th in line, your builds are paused by the provider",
        "Joining the line",
    ]


def test_a_build_that_has_been_asked_to_stop_is_stopping_until_it_has() -> None:
    asked = replace(waiting_build(), state=BuildState.EXECUTING, stop_requested_at=NOON)
    stopped = replace(asked, state=BuildState.STOPPED, reason="Stopped by Mara.")
    listed = tables.builds([asked, stopped], {}, now=NOON)
    assert list(listed["State"]) == [["Stopping"], ["Stopped"]]
    assert list(listed["What happened"]) == ["Asked to stop", "Stopped by Mara."]


def test_a_build_in_the_making_shows_its_time_so_far() -> None:
    build = replace(waiting_build(), state=BuildState.EXECUTING, started_at=NOON)
    listed = tables.builds([build], {}, now=NOON + MINUTE)
    assert listed["Took"][0] == "1 min 00 s"


def test_a_failed_build_shows_its_reason_and_a_good_one_its_skill() -> None:
    failed = replace(waiting_build(), state=BuildState.FAILED, reason="No rows are left.")
    found = result({"auc": 0.9}, {"auc": 0.5})
    good = replace(waiting_build(), state=BuildState.SUCCEEDED, result=found)
    listed = tables.builds([failed, good], {}, now=NOON)
    assert list(listed["What happened"]) == ["No rows are left.", "28.0 % better than the baseline"]


def test_lower_is_better_for_errors_and_higher_for_the_rest() -> None:
    found = result(
        {"auc": 0.9, "log_loss": 0.4, "rmse": 9.0, "recall": 0.2},
        {"auc": 0.5, "log_loss": 0.6, "rmse": 7.0},
    )
    better = {row["Metric"]: row["Better"] for _, row in tables.metrics(found).iterrows()}
    assert better == {
        "AUC": "Model",
        "Recall": "",
        "Log loss": "Model",
        "Root mean squared error": "Baseline",
    }
