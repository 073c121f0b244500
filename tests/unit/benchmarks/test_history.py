"""What the checker calls lost, doubled, leaked and over a limit."""

from typing import Any

import pytest

from benchmarks.crashes.history import Faults, Limits, Upload, judged

ROOMY = Limits(slots=100)


def started(build: str, at: float = 1.0, **facts: str) -> dict[str, Any]:
    line = {
        "what": "started",
        "at": at,
        "arn": f"execution of {build}",
        "token": build,
        "name": f"basic-{build}",
        "tenant": "acme",
        "tier": "basic",
        "build_id": build,
    }
    return line | facts


def ended(build_id: str, at: float = 2.0, status: str = "Succeeded") -> dict[str, Any]:
    return {"what": "ended", "at": at, "arn": f"execution of {build_id}", "status": status}


def row(build_id: str, state: str = "Succeeded") -> dict[str, Any]:
    return {"build_id": build_id, "state": state}


def judge(
    record: list[dict[str, Any]],
    builds: list[dict[str, Any]],
    *,
    uploads: tuple[str, ...] = ("a",),
    slots: tuple[dict[str, Any], ...] = (),
    limits: Limits = ROOMY,
) -> Faults:
    return judged(record, [Upload("acme", build) for build in uploads], builds, slots, limits)


def test_a_build_that_ran_once_and_was_told_so_is_no_fault() -> None:
    assert judge([started("a"), ended("a")], [row("a")]) == Faults()


@pytest.mark.parametrize(
    ("record", "builds", "why"),
    [
        ([started("a"), ended("a")], [], "has no record"),
        ([started("a"), ended("a")], [row("a", "Executing")], "is Executing for ever"),
        ([], [row("a", "Waiting")], "is Waiting for ever"),
        ([], [row("a", "Failed")], "no execution of it ended"),
        ([started("a")], [row("a")], "no execution of it ended"),
        ([started("a"), ended("a", status="Failed")], [row("a")], "but its execution Failed"),
    ],
)
def test_an_upload_without_a_true_end_is_lost(
    record: list[dict[str, Any]], builds: list[dict[str, Any]], why: str
) -> None:
    [fault] = judge(record, builds).lost
    assert why in fault


def test_each_lost_upload_counts() -> None:
    faults = judge([started("b"), ended("b")], [row("b")], uploads=("a", "b", "c"))
    assert faults.counts == {"lost": 2, "doubled": 0, "leaked": 0, "over_limit": 0}


@pytest.mark.parametrize(
    "again",
    [
        started("b", build_id="a"),
        started("b", token="a"),
        started("b", name="basic-a"),
        started("a", arn="execution of b"),
    ],
    ids=["build", "token", "display name", "all three"],
)
def test_a_second_execution_of_a_build_token_or_name_is_doubled(again: dict[str, Any]) -> None:
    record = [started("a"), ended("a"), again, ended("b")]
    [fault] = judge(record, [row("a"), row("b")]).doubled
    assert "execution of a" in fault


def test_asking_for_a_start_twice_is_no_double() -> None:
    asked = {"what": "asked", "at": 1.0, "token": "a", "name": "basic-a", "again": True}
    assert judge([started("a"), asked, asked, ended("a")], [row("a")]) == Faults()


def test_a_slot_that_is_still_held_has_leaked() -> None:
    slot = {"number": 3, "build_id": "a"}
    [fault] = judge([started("a"), ended("a")], [row("a")], slots=(slot,)).leaked
    assert fault == "Slot 3 is still held by build a."


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(slots=1), "2 ran in 1 slots"),
        (Limits(slots=9, tiers={"basic": 1}), "2 of tier basic ran, whose most is 1"),
        (Limits(slots=9, tenants={"acme": 1}), "2 of tenant acme ran, whose most is 1"),
    ],
)
def test_a_start_beyond_a_limit_is_told_with_the_limit(limits: Limits, why: str) -> None:
    record = [started("a", 1.0), started("b", 2.0), ended("a", 3.0), ended("b", 3.0)]
    [fault] = judge(record, [row("a"), row("b")], limits=limits).over_limit
    assert why in fault
    assert fault.startswith("At 2.000")


def test_one_start_beyond_three_limits_is_one_instant() -> None:
    record = [started("a"), started("b")]
    limits = Limits(slots=1, tiers={"basic": 1}, tenants={"acme": 1})
    assert judge(record, [], uploads=(), limits=limits).counts["over_limit"] == 1


def test_what_has_ended_leaves_room_and_others_do_not_count() -> None:
    record = [
        started("a"),
        ended("a"),
        started("b"),
        started("c", tier="premium", tenant="bolt"),
    ]
    limits = Limits(slots=2, tiers={"basic": 1}, tenants={"acme": 1})
    assert judge(record, [], uploads=(), limits=limits).over_limit == ()
