"""What an edit changes, and how it is told."""

from dataclasses import replace

import pytest

from backend.domain.edit import in_words, rebased
from backend.domain.errors import Invalid
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tier import TIERS
from tests.unit.values import tenant

BASIC = TIERS[0]


def test_an_edit_keeps_what_somebody_else_has_changed_since_it_was_begun():
    current = replace(BASIC, weight=3.0, paused=True)
    edited = replace(BASIC, max_concurrent_builds=4)
    assert rebased(current, seen=BASIC, edited=edited) == replace(current, max_concurrent_builds=4)


def test_of_two_edits_of_one_attribute_the_later_stands():
    current, edited = replace(BASIC, weight=3.0), replace(BASIC, weight=5.0)
    assert rebased(current, seen=BASIC, edited=edited).weight == 5.0


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            BASIC,
            replace(BASIC, max_concurrent_builds=3, weight=1.5),
            ("builds at once: 2, weight: 1", "builds at once: 3, weight: 1.5"),
        ),
        (
            BASIC,
            replace(BASIC, most_builds=6),
            ("builds with borrowed slots: no limit", "builds with borrowed slots: 6"),
        ),
        (BASIC, replace(BASIC, paused=True), ("paused: off", "paused: on")),
        (
            SchedulingPolicy(),
            SchedulingPolicy(account_limit=30, lending=False),
            ("account's limit: 20, lending: on", "account's limit: 30, lending: off"),
        ),
        (BASIC, BASIC, ("", "")),
    ],
)
def test_only_what_changed_is_told_as_it_was_and_as_it_is(
    before: object, after: object, words: tuple[str, str]
):
    assert in_words(before, after) == words


@pytest.mark.parametrize("weight", [0, -1, 0.001, 101, float("nan"), float("inf")])
def test_a_weight_that_would_break_the_order_is_refused(weight: float):
    with pytest.raises(Invalid, match=r"Tenant 'acme' has weight .*: give 0\.01 to 100"):
        replace(tenant(), weight=weight).checked()
    with pytest.raises(Invalid, match=r"Tier 'basic' has weight .*: give 0\.01 to 100"):
        replace(BASIC, weight=weight).checked()


@pytest.mark.parametrize("cap", [0, -1, 10_001])
def test_a_cap_that_caps_nothing_or_everything_is_refused(cap: int):
    with pytest.raises(Invalid, match="or pause the tenant"):
        replace(tenant(), max_concurrent_builds=cap).checked()


@pytest.mark.parametrize("limit", [0, -5, 10_001])
def test_an_accounts_limit_nobody_has_is_refused(limit: int):
    with pytest.raises(Invalid, match="1 to 10,000"):
        SchedulingPolicy(account_limit=limit).checked(TIERS)
