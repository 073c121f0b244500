"""Responsible for: there is a plain word for everything a page may have to name."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.domain.build import BuildState
from backend.domain.choices import Objective
from backend.domain.explanation import Explanation
from backend.domain.model_version import ApprovalStatus
from backend.domain.tenant import TenantStatus
from portal import words
from tests.unit.portal.builders import NOON

PIPELINES = Path(__file__).resolve().parents[3] / "backend" / "pipeline"


def names(steps: list[dict[str, Any]]) -> Iterator[str]:
    """The steps of a definition as SageMaker lists them; a step of two branches counts once."""
    for step in steps:
        yield step["Name"]
        if step["Type"] == "Condition":
            yield from names(step["Arguments"]["IfSteps"])
            yield from names(step["Arguments"]["ElseSteps"])


@pytest.mark.parametrize("file", ["build.json", "build-tuned.json"])
def test_every_step_of_the_pipelines_has_a_meaning(file: str) -> None:
    definition = json.loads((PIPELINES / file).read_text())
    unnamed = {name for name in names(definition["Steps"]) if name not in words.STEP_MEANING}
    assert unnamed == set()


@pytest.mark.parametrize(("file", "tuned"), [("build.json", False), ("build-tuned.json", True)])
def test_the_steps_to_come_are_the_pipelines_own(file: str, tuned: bool) -> None:
    definition = json.loads((PIPELINES / file).read_text())
    known = set(names(definition["Steps"]))
    assert set(words.expected_steps(tuned=tuned)) <= known


def test_every_state_has_a_look() -> None:
    assert set(words.BUILD) == set(BuildState)
    assert set(words.APPROVAL) == set(ApprovalStatus)
    assert set(words.TENANT) == set(TenantStatus)
    assert set(words.OBJECTIVE) == set(Objective)


def test_a_place_in_line_is_told_with_its_start_what_says_so_and_the_reason() -> None:
    told = Explanation(
        3,
        "basic: 2 of 2 slots running",
        NOON + timedelta(seconds=250),
        "from 14 past builds of about this size",
    )
    assert words.standing(told, now=NOON) == (
        "3rd in line · starts in about 4 min (from 14 past builds of about this size) · "
        "basic: 2 of 2 slots running"
    )


def test_without_a_start_only_the_reason_is_told() -> None:
    told = Explanation(1, "tier paused by the provider")
    assert words.standing(told, now=NOON) == "Next in line · tier paused by the provider"
