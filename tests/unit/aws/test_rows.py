"""Values in DynamoDB rows and back."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.aws.rows import from_row, to_row
from backend.domain.build import Build, BuildState, BuildStep, Result
from backend.domain.tenant import Tenant
from backend.domain.tier import TIERS, Tier
from tests.unit.values import NOON, tenant, waiting_build

RESULT = Result(
    outcome="Registered",
    objective="binary",
    target="churn",
    skill=0.1 + 0.2,
    score=0.4,
    baseline=0.5,
    gate_metric="log_loss",
    metrics={"auc": 0.85},
    baseline_metrics={},
    rows_read=10,
    rows_dropped=0,
    test_rows=2,
    recorded_at=NOON,
    warnings=("a", "b"),
)


def test_a_build_comes_back_as_it_was_written():
    step = BuildStep("Train", "Training", "Succeeded", NOON, None, billable_seconds=3)
    build = replace(
        waiting_build().starting(1),
        steps=(step,),
        result=RESULT,
        ended_at=NOON + timedelta(seconds=1),
    )
    assert from_row(Build, to_row(build)) == build


def test_a_row_holds_nothing_dynamodb_refuses():
    row = to_row(replace(waiting_build(), result=RESULT))
    assert row["result"]["skill"] == Decimal("0.30000000000000004")
    assert row["state"] == "Waiting"
    assert "reason" not in row
    assert isinstance(row["requested_at"], str)


def test_tenants_and_tiers_come_back_as_they_were_written():
    assert from_row(Tenant, to_row(tenant())) == tenant()
    for tier in TIERS:
        assert from_row(Tier, to_row(tier)) == tier


def test_a_table_may_keep_attributes_of_its_own():
    assert from_row(Tier, to_row(TIERS[0]) | {"tier": "basic"}) == TIERS[0]


@given(st.sampled_from(BuildState))
def test_every_state_is_stored_by_its_name(state: BuildState):
    assert from_row(Build, to_row(replace(waiting_build(), state=state))).state is state
