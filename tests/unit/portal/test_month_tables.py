"""Months and builds in money as tables: what each cell says, and what is left empty."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from backend.domain.build import Build, BuildState, BuildStep
from backend.domain.meter_reading import Metered
from backend.domain.metering import metered
from backend.domain.price_book import SHIPPED_TABLE, PriceBook
from backend.domain.tenant_month import TenantMonth
from portal import month_tables
from tests.unit.values import NOON, waiting_build

TRAIN = BuildStep(
    "Train",
    "Training",
    "Succeeded",
    instance_type="ml.m5.large",
    instance_count=2,
    billable_seconds=1800,
)
READING = metered([TRAIN], PriceBook())


def ended(state: BuildState = BuildState.SUCCEEDED, *, reading: Metered | None = None) -> Build:
    later = NOON + timedelta(minutes=1)
    ran = replace(waiting_build(), state=state, started_at=NOON, ended_at=later, steps=(TRAIN,))
    return replace(ran, metered=reading)


def month(*, billed: str = "0", of_meter: str = "0", **more: object) -> TenantMonth:
    known = TenantMonth(
        "acme", "2026-11", "basic", billed=Decimal(billed), metered=Decimal(of_meter)
    )
    return replace(known, **more)


def row(found: TenantMonth, *, first: str = "Tenant") -> dict[str, str]:
    [shown] = month_tables.rows([found], first=first).to_dict("records")
    return {str(name): cell for name, cell in shown.items()}


def test_a_build_that_never_ran_has_no_estimate() -> None:
    assert month_tables.estimate(waiting_build()) == ""
    stopped = replace(waiting_build(), state=BuildState.STOPPED, ended_at=NOON)
    assert month_tables.estimate(stopped) == ""


def test_a_build_that_ran_on_an_instance_without_a_price_says_so() -> None:
    assert month_tables.estimate(ended()) == "no price"


def test_a_builds_estimate_is_what_the_meter_says() -> None:
    assert month_tables.estimate(ended(reading=READING)) == "$0.12"


def test_a_build_that_ran_no_job_costs_nothing_which_is_not_without_a_price() -> None:
    assert month_tables.estimate(ended(reading=Metered(()))) == "$0.00"


@pytest.mark.parametrize(
    ("billed", "of_meter", "told"),
    [
        ("5", "0", ""),
        ("0", "0", ""),
        ("5", "4", "+$1.00 · +25.0 %"),
        ("3", "4", "-$1.00 · -25.0 %"),
        ("4", "4", "$0.00 · +0.0 %"),
        ("0", "4", "-$4.00 · -100.0 %"),
        ("0.0042", "0.004", "+$0.00020 · +5.0 %"),
        ("30", "0.12", "+$29.88 · 250 times"),
    ],
)
def test_drift_is_the_bill_above_the_meter_in_dollars_and_in_proportion(
    billed: str, of_meter: str, told: str
) -> None:
    assert row(month(billed=billed, of_meter=of_meter))["Drift"] == told


def test_what_is_not_known_of_a_month_is_left_empty() -> None:
    shown = row(month())
    assert (shown["Cost"], shown["Builds"], shown["A build"]) == ("$0.00", "0 of 0", "")
    assert "Revenue" not in shown
    assert "Margin" not in shown


def test_revenue_and_margin_are_there_once_one_months_revenue_is_told() -> None:
    told = month(revenue=Decimal(29), own=Decimal("30.5"))
    with_revenue, without = month_tables.rows([told, month()], first="Month").to_dict("records")
    assert (with_revenue["Revenue"], with_revenue["Margin"]) == ("$29.00", "-$1.50")
    assert (without["Revenue"], without["Margin"]) == ("", "")


def test_no_months_are_a_table_without_rows() -> None:
    assert month_tables.rows([], first="Month").empty


def test_a_tenant_is_told_by_its_id_and_tier_and_a_month_by_its_name() -> None:
    of_tenant, of_month = row(month()), row(month(), first="Month")
    assert (of_tenant["Tenant"], of_tenant["Tier"]) == ("acme", "basic")
    assert of_month["Month"] == "November 2026"
    assert "Tier" not in of_month


def test_seconds_are_told_of_known_steps_and_dollars_where_there_is_a_price() -> None:
    never = replace(waiting_build(), state=BuildState.STOPPED, ended_at=NOON)
    gone = replace(ended(BuildState.FAILED), steps=())
    found = month_tables.builds([never, gone, ended(BuildState.FAILED), ended(reading=READING)])
    assert list(found["Seconds"]) == ["", "", "3,600", "3,600"]
    assert list(found["Estimate"]) == ["", "", "no price", "$0.12"]
    assert list(found["State"])[1:3] == [["Failed"], ["Failed"]]


def test_prices_have_all_their_digits_so_that_an_estimate_can_be_reckoned_again() -> None:
    assert list(month_tables.steps(READING)["Price"]) == ["$0.115 an hour"]


def test_disks_are_a_step_of_their_own_only_where_they_were_billed() -> None:
    assert list(month_tables.steps(READING)["Step"]) == ["Train"]
    with_disks = metered([replace(TRAIN, volume_gb=30)], PriceBook())
    shown = month_tables.steps(with_disks)
    assert list(shown["Step"]) == ["Train", "Disks of training jobs"]
    assert list(shown["Used"]) == ["3,600 instance seconds", "108,000 GB seconds"]
    assert list(shown["Price"]) == ["$0.115 an hour", "$0.14 a GB and month"]
    assert set(shown["By"]) == {SHIPPED_TABLE}
