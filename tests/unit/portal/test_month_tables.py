"""Builds of a month in a table: what each used and cost, priced or not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.domain.build import Build, BuildState, BuildStep
from backend.domain.metering import metered
from backend.domain.price_book import PriceBook
from portal import month_tables
from tests.unit.values import NOON, waiting_build

LATER = NOON + timedelta(minutes=3)
STEP = BuildStep(
    "Train",
    "Training",
    "Succeeded",
    instance_type="ml.m5.large",
    instance_count=2,
    billable_seconds=1800,
)
STARTING = waiting_build().starting(0)
UNPRICED = STARTING.ended(BuildState.SUCCEEDED, at=LATER, steps=(STEP,))


@pytest.mark.parametrize(
    ("build", "seconds", "estimate"),
    [
        (waiting_build().ended(BuildState.STOPPED, at=LATER), "", ""),
        (replace(STARTING.ended(BuildState.FAILED, at=LATER), started_at=NOON), "", ""),
        (UNPRICED, "3,600", month_tables.UNPRICED),
        (replace(UNPRICED, metered=metered([STEP], PriceBook())), "3,600", "$0.12"),
    ],
    ids=["never ran", "gone from SageMaker", "without a price", "metered"],
)
def test_seconds_are_told_of_known_steps_and_dollars_where_there_is_a_price(
    build: Build, seconds: str, estimate: str
):
    [row] = month_tables.builds([build]).to_dict("records")
    assert (row["Seconds"], row["Estimate"]) == (seconds, estimate)
