"""What a build will cost is told before it is asked for, with a range and what says so."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.build import BuildState, BuildStep
from backend.domain.choices import Choices
from backend.domain.durations import Run
from backend.domain.errors import Invalid
from backend.domain.expected_cost import VOLUME_GB, ExpectedCost, expected_cost, together
from backend.domain.metering import metered
from backend.domain.price_book import SHIPPED_TABLE, PriceBook
from backend.domain.tier import GIB, MIB, TIERS, InstanceForSize
from tests.unit.values import NOON

BASIC, STANDARD, PREMIUM = TIERS
BOOK = PriceBook()
HOUR = Decimal("0.115") + VOLUME_GB * Decimal("0.14") / 730  # ml.m5.large and its disk
TUNED = Choices(tuned=True)
PIPELINES = Path(__file__).resolve().parents[3] / "backend" / "pipeline"


def run(billed: int, *, seconds: float = 100, size: int = MIB, tier: str = "basic") -> Run:
    """A build that took so long, of which so many seconds of an instance were billed."""
    job = BuildStep(
        "Train",
        "Training",
        "Succeeded",
        instance_type="ml.m5.large",
        instance_count=1,
        billable_seconds=billed,
    )
    return Run(
        tenant_id="acme",
        build_id="b1",
        tier=tier,
        state=BuildState.SUCCEEDED,
        requested_at=NOON,
        started_at=NOON,
        ended_at=NOON + timedelta(seconds=seconds),
        size=size,
        algorithm="xgboost",
        tuned=False,
        metered=metered([job], BOOK),
    )


def cost(*runs: Run, size: int = MIB, choices: Choices | None = None) -> ExpectedCost:
    return expected_cost(runs, BOOK, tier=BASIC, size=size, choices=choices or Choices())


def hours(seconds: float) -> Decimal:
    """US dollars for so many seconds of one instance and its disk, to the tenth of a cent."""
    return (HOUR * round(seconds) / 3600).quantize(Decimal("0.001"))


def in_mills(found: ExpectedCost) -> tuple[Decimal, ...]:
    mill = Decimal("0.001")
    return tuple(each.quantize(mill) for each in (found.low, found.likely, found.high))


def test_a_file_the_tier_does_not_take_has_no_cost():
    with pytest.raises(Invalid, match="takes up to 100 MiB"):
        cost(size=GIB)


def test_an_instance_without_a_price_is_named_with_the_remedy():
    tier = replace(BASIC, instances=(InstanceForSize(MIB, "ml.x9.huge"),))
    with pytest.raises(Invalid, match=r"'ml\.x9\.huge' has no price"):
        expected_cost([], BOOK, tier=tier, size=MIB, choices=Choices())


@pytest.mark.parametrize("runs", [(), (run(10),) * 5])
def test_a_tier_without_tuning_tunes_nothing(runs: tuple[Run, ...]):
    with pytest.raises(Invalid, match="has no tuning"):
        cost(*runs, choices=TUNED)


def test_without_past_builds_half_of_the_guessed_time_is_billed():
    found = cost(size=0)
    assert in_mills(found) == (hours(120), hours(240), hours(480))
    assert found.basis == (
        "no past builds yet: a first guess; 50 % of a build's time is taken to be billed"
    )
    assert found.sources == (SHIPPED_TABLE,)


def test_what_alike_builds_were_billed_is_preferred_to_how_long_they_took():
    found = cost(*(run(billed, seconds=9999) for billed in (100, 200, 300, 400, 500)))
    assert in_mills(found) == (hours(140), hours(300), hours(460))
    assert found.basis == "from 5 past builds of about this size"


def test_seconds_of_old_are_priced_as_of_today():
    listed = PriceBook("eu-west-1", NOON, {("Training", "ml.m5.large"): Decimal(36)})
    found = expected_cost([run(100)] * 3, listed, tier=BASIC, size=MIB, choices=Choices())
    assert found.likely.quantize(Decimal("0.01")) == 1
    assert found.sources[0] == "AWS's price list of eu-west-1, read 2026-05-04"


def test_few_alike_builds_tell_the_share_of_their_time_that_is_billed():
    found = cost(run(25), run(25))
    assert in_mills(found) == (hours(12.5), hours(25), hours(50))
    assert found.basis == (
        "from 2 past builds of about this size; 25 % of a build's time was billed"
    )


def test_a_build_of_another_tier_tells_the_share_and_not_the_seconds():
    found = cost(*[run(25, tier="premium")] * 9)
    assert "25 % of a build's time was billed" in found.basis


@pytest.mark.parametrize(
    "change",
    [
        {"state": BuildState.FAILED},
        {"metered": None},
        {"metered": metered([], BOOK)},
        {"tuned": True},
    ],
)
def test_what_ended_early_ran_nothing_or_was_of_another_kind_tells_nothing(change: dict):
    past = [replace(run(5), **change)] * 9
    assert "is taken to be billed" in cost(*past).basis


def test_a_search_is_billed_for_the_trials_that_run_at_once():
    untuned = expected_cost([], BOOK, tier=PREMIUM, size=MIB, choices=Choices())
    tuned = expected_cost([], BOOK, tier=PREMIUM, size=MIB, choices=TUNED)
    assert "200 % of a build's time" in tuned.basis
    assert tuned.likely > 4 * untuned.likely


def test_another_tiers_searches_run_other_numbers_of_trials_and_tell_nothing():
    past = [replace(run(900, tier="standard"), tuned=True)] * 5
    found = expected_cost(past, BOOK, tier=PREMIUM, size=MIB, choices=TUNED)
    assert "200 % of a build's time is taken" in found.basis


def test_several_builds_cost_their_sum():
    one, other = cost(run(100), run(100), run(100)), cost(size=90 * MIB)
    both = together([one, other, one])
    assert both.likely == one.likely + other.likely + one.likely
    assert both.low < both.likely < both.high
    assert both.basis == f"{one.basis}; {other.basis}"
    assert both.sources == (SHIPPED_TABLE,)


@pytest.mark.parametrize("name", ["build.json", "build-tuned.json"])
def test_the_disk_that_is_priced_is_the_definitions(name: str):
    parameters = json.loads((PIPELINES / name).read_text())["Parameters"]
    [volume] = [one for one in parameters if one["Name"] == "VolumeSizeInGB"]
    assert volume["DefaultValue"] == VOLUME_GB


past = st.lists(
    st.builds(run, st.integers(0, 10_000), seconds=st.floats(1, 9000), size=st.integers(0, GIB)),
    max_size=12,
)


@given(past, st.integers(0, 5 * GIB), st.sampled_from([STANDARD, PREMIUM]), st.booleans())
def test_a_build_always_costs_something_and_lies_within_its_range(runs, size, tier, tuned):
    if size <= tier.max_upload_bytes:
        found = expected_cost(runs, BOOK, tier=tier, size=size, choices=Choices(tuned=tuned))
        assert 0 < found.low <= found.likely <= found.high
        assert found.basis
