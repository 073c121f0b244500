"""What a build cost by the meter, and where its prices come from."""

from decimal import Decimal

import pytest

from backend.domain.build import BuildStep
from backend.domain.errors import Invalid
from backend.domain.metering import metered
from backend.domain.price_book import SHIPPED_TABLE, PriceBook
from tests.unit.values import NOON


def step(
    name: str, kind: str, seconds: int, *, count: int = 1, of: str = "ml.m5.large", gb: int = 0
):
    return BuildStep(
        name,
        kind,
        "Succeeded",
        instance_type=of,
        instance_count=count,
        billable_seconds=seconds,
        volume_gb=gb,
    )


LISTED = PriceBook(
    "eu-west-1",
    NOON,
    {
        ("Training", "ml.m5.large"): Decimal("0.128"),
        ("Processing", "ml.m5.large"): Decimal("0.129"),
    },
)
BUILD = (
    step("Preprocess", "Processing", 90),
    step("Train", "Training", 3600, count=2),
    BuildStep("CheckSkill", "Condition", "Succeeded"),
)


def test_a_build_costs_its_seconds_times_instances_times_the_hourly_price():
    found = metered(BUILD, PriceBook())
    assert [(each.name, each.instance_seconds) for each in found.steps] == [
        ("Preprocess", 90),
        ("Train", 7200),
    ]
    assert found.amount == Decimal("0.002875") + Decimal("0.23")
    assert found.sources == (SHIPPED_TABLE,)


def test_aws_own_list_comes_before_the_shipped_table_and_is_named_with_its_day():
    found = metered(BUILD, LISTED)
    assert found.amount == Decimal("0.003225") + Decimal("0.256")
    assert found.sources == ("AWS's price list of eu-west-1, read 2026-05-04",)


def test_trials_of_a_search_are_priced_as_training():
    assert metered([step("Tune", "Tuning", 3600)], LISTED).amount == Decimal("0.128")


def test_what_the_list_does_not_name_is_priced_by_the_table_and_both_are_named():
    found = metered((*BUILD, step("Evaluate", "Processing", 60, of="ml.c5.xlarge")), LISTED)
    assert found.steps[-1].amount == Decimal("0.0034")
    assert found.sources == ("AWS's price list of eu-west-1, read 2026-05-04", SHIPPED_TABLE)


def test_an_instance_without_any_price_is_refused_by_its_name():
    with pytest.raises(Invalid, match=r"ml\.p9\.large.*no price"):
        metered([step("Train", "Training", 1, of="ml.p9.large")], LISTED)


def test_a_build_is_exactly_the_sum_of_its_steps():
    found = metered([step(str(n), "Training", n) for n in range(1, 200)], PriceBook())
    thousandths = sum(int(each.amount.scaleb(10)) for each in found.steps)
    assert found.amount == Decimal(thousandths).scaleb(-10)


def test_a_build_that_ran_no_job_costs_nothing():
    assert metered([], PriceBook()).amount == 0


def test_the_jobs_disks_are_a_small_line_of_their_own():
    # 30 GB for an hour on each of two instances, at $0.14 for a GB and month of 730 hours.
    found = metered([step("Train", "Training", 3600, count=2, gb=30)], PriceBook())
    (disks,) = found.storage
    assert (disks.kind, disks.gb_seconds) == ("Training", 30 * 7200)
    assert disks.amount == Decimal("0.0115068493")
    assert found.amount == Decimal("0.23") + Decimal("0.0115068493")


def test_what_ran_no_job_has_no_disk():
    assert metered([BuildStep("CheckSkill", "Condition", "Succeeded")], PriceBook()).storage == ()


def test_disks_of_processing_jobs_have_a_price_of_their_own():
    steps = [step("Preprocess", "Processing", 3600, gb=30), step("Tune", "Tuning", 3600, gb=30)]
    training, processing = metered(steps, PriceBook()).storage
    assert (training.kind, processing.kind) == ("Training", "Processing")
    assert (training.gb_month, processing.gb_month) == (Decimal("0.14"), Decimal("0.10"))
    assert processing.amount == Decimal("0.0041095890")
