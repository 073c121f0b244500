"""The embedded Cost Explorer's answers have the members and types that AWS documents."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.embedded import clock
from backend.embedded.costs.activation import TagChange
from backend.embedded.costs.bill import Bill
from backend.embedded.costs.cost_explorer import CostExplorer
from tests.unit.embedded.cost_jobs import LONG_AGO, NOW, explorer, found, made_up

SAMPLES = sorted((Path(__file__).parents[2] / "events/cost_explorer").glob("*.json"))
PROJECT = {"project": "mlaas"}


@pytest.fixture
def costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CostExplorer:
    """An account with something to answer to every sample's request."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    bill = Bill()
    sources = [
        made_up(PROJECT | {"tenant-id": "acme-telecom", "tier": "basic"}, "Amazon SageMaker"),
        made_up(PROJECT | {"tenant-id": "borealis-hotels"}, "Amazon SageMaker"),
        made_up(PROJECT, "Amazon Simple Storage Service"),
        made_up({}, "Tax", "Tax"),
    ]
    for number in range(40):
        for place, source in enumerate(sources):
            bill.add(date(2026, 3, 9) - timedelta(days=number), source, place * number + 1, 1)
    past = [TagChange(key, active=True, at=LONG_AGO) for key in ("tenant-id", "project")]
    return explorer((), file=tmp_path / "tags", past=past, ledger=bill)


def shape(value: Any) -> Any:
    """Members and types: of a list, those of all its elements; of a tag's key, the key."""
    match value:
        case dict():
            return {name: shape(part) for name, part in value.items()}
        case list():
            kinds = [shape(part) for part in value]
            return [kind for place, kind in enumerate(kinds) if kind not in kinds[:place]]
    return type(value).__name__


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_an_answer_has_the_members_and_types_of_the_sample(file: Path, costs: CostExplorer) -> None:
    sample = json.loads(file.read_text())
    answer = found(costs, sample["operation"], **sample["request"])
    assert differences(shape(answer), shape(sample["answer"])) == []


def differences(ours: Any, theirs: Any, where: str = "") -> list[str]:
    """Where two shapes differ; where theirs is an empty list, nothing is known of its elements."""
    match ours, theirs:
        case dict(), dict():
            odd = [f"{where}.{name}" for name in sorted(set(ours) ^ set(theirs))]
            both = [name for name in ours if name in theirs]
            return odd + [
                each
                for name in both
                for each in differences(ours[name], theirs[name], f"{where}.{name}")
            ]
        case list(), list() if theirs and not ours:
            return [f"{where}: nothing"]
        case list(), list():
            return [
                f"{where}: {kind}"
                for kind in ours
                if theirs and not any(differences(kind, known) == [] for known in theirs)
            ]
    return [] if ours == theirs else [f"{where}: {ours}, not {theirs}"]


def test_every_operation_has_a_sample() -> None:
    sampled = {json.loads(file.read_text())["operation"] for file in SAMPLES}
    assert sampled == {
        "GetCostAndUsage", "GetCostForecast", "GetDimensionValues", "GetTags",
        "ListCostAllocationTags", "UpdateCostAllocationTagsStatus",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"Amount": 1}, {"Amount": "1"}),
        ({"Amount": "1"}, {"Amount": "1", "Unit": "USD"}),
        ({"Groups": [{"Keys": ["a"], "Cost": "1"}]}, {"Groups": [{"Keys": ["a"]}]}),
        ({"Groups": []}, {"Groups": {}}),
        ({"Groups": []}, {"Groups": [{"Keys": ["a"]}]}),
    ],
)
def test_a_missing_a_further_or_another_member_would_show(ours: Any, theirs: Any) -> None:
    assert differences(shape(ours), shape(theirs)) != []
