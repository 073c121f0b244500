"""What tiers may share, and what is refused."""

import math
from dataclasses import replace

import pytest

from backend.domain.errors import Invalid
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tier import TIERS
from tests.unit.values import tenant

BASIC, STANDARD, PREMIUM = TIERS


def test_the_tiers_of_a_new_deployment_fit_the_default_policy():
    policy = SchedulingPolicy()
    assert policy.checked(TIERS) is policy
    assert policy.slots(TIERS) == 14


def test_tiers_that_want_more_than_the_account_gives_are_refused_with_the_figures():
    greedy = replace(PREMIUM, max_concurrent_builds=15)
    with pytest.raises(
        Invalid, match=r"21 builds at once .*premium 15.*more than the account's 20"
    ):
        SchedulingPolicy().checked([BASIC, STANDARD, greedy])


def test_a_limit_with_borrowed_slots_above_the_accounts_is_refused():
    with pytest.raises(Invalid, match=r"'basic' may run 30 .* more than the account's 20"):
        SchedulingPolicy().checked([replace(BASIC, most_builds=30)])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"max_concurrent_builds": 0}, r"'basic' has 0 builds at once: give at least 1"),
        ({"weight": -1}, r"'basic' has weight -1: give 0.01 to 100"),
        ({"weight": math.nan}, r"'basic' has weight nan: give 0.01 to 100"),
        ({"weight": math.inf}, r"'basic' has weight inf: give 0.01 to 100"),
        ({"most_builds": 1}, r"'basic' may run 1 .* fewer than its own 2"),
    ],
)
def test_a_tier_that_makes_no_sense_is_refused(change: dict[str, float], sentence: str):
    with pytest.raises(Invalid, match=sentence):
        SchedulingPolicy().checked([replace(BASIC, **change)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        (SchedulingPolicy(account_limit=0), "account's limit is 0"),
        (SchedulingPolicy(reserve=-1), "reserve is -1 slots"),
        (SchedulingPolicy(reserve=14), "reserve of 14 leaves none of 14 slots"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(policy: SchedulingPolicy, sentence: str):
    with pytest.raises(Invalid, match=sentence):
        policy.checked(TIERS)


@pytest.mark.parametrize("weight", [0, -2.5, math.nan, math.inf])
def test_a_tenants_weight_must_be_a_sensible_number(weight: float):
    with pytest.raises(Invalid, match=r"'acme' has weight .*: give 0.01 to 100"):
        replace(tenant(), weight=weight).checked()


def test_a_tenants_cap_must_let_one_build_run():
    with pytest.raises(Invalid, match="cap of 0 builds: give 1 to 10,000, or pause"):
        replace(tenant(), max_concurrent_builds=0).checked()
