"""How far a cost allocation tag is, when it is asked for, and what a person is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.cost_tag import (
    ASK_AGAIN,
    LOOK_AGAIN,
    CostTag,
    CostTags,
    TagStatus,
    asked_for,
    status_of,
    to_ask_for,
)
from tests.unit.values import NOON

KEYS = ("tenant-id", "tier", "build-id", "project")
TAGS = st.tuples(*(st.sampled_from(TagStatus).map(lambda s, k=key: CostTag(k, s)) for key in KEYS))
A_DAY, A_SECOND = timedelta(hours=24), timedelta(seconds=1)


def all_active() -> CostTags:
    return asked_for([CostTag(key, TagStatus.ACTIVE, NOON - A_DAY) for key in KEYS], {}, NOON)


@pytest.mark.parametrize(
    ("active", "ago", "status"),
    [
        (False, None, TagStatus.INACTIVE),
        (False, A_SECOND, TagStatus.INACTIVE),
        (True, A_DAY - A_SECOND, TagStatus.PENDING),
        (True, A_DAY, TagStatus.ACTIVE),
        (True, None, TagStatus.ACTIVE),
    ],
)
def test_a_key_is_pending_for_the_day_that_aws_takes(active, ago, status):
    since = None if ago is None else NOON - ago
    assert status_of(active=active, since=since, now=NOON) is status


@given(TAGS, st.sets(st.sampled_from(KEYS)))
def test_only_inactive_keys_are_asked_for_and_nothing_else_changes(tags, refused):
    after = asked_for(tags, dict.fromkeys(refused, "why"), NOON)
    assert [tag.key for tag in after.tags] == [tag.key for tag in tags]
    for before, now in zip(tags, after.tags, strict=True):
        asked = before.key in to_ask_for(tags) and before.key not in refused
        assert (before.key in after.asked) is asked
        assert now == (CostTag(before.key, TagStatus.PENDING, NOON) if asked else before)


def test_a_key_that_aws_refuses_is_told_with_the_reason():
    after = asked_for([CostTag("tier", TagStatus.INACTIVE)], {"tier": "no such key"}, NOON)
    assert after.refused == "AWS has not activated tier: no such key."
    assert not after.asked


def test_a_refused_look_keeps_what_was_known_and_when():
    after = all_active().refused_at(NOON + A_DAY, "Not yours.")
    assert (after.tags, after.read_at) == (all_active().tags, NOON)
    assert after.refused == "Not yours."


@pytest.mark.parametrize(
    ("noted", "wait"),
    [
        (all_active(), LOOK_AGAIN),
        (replace(all_active(), tags=(CostTag("tier", TagStatus.PENDING, NOON),)), ASK_AGAIN),
        (replace(all_active(), tags=(CostTag("tier", TagStatus.UNSEEN),)), ASK_AGAIN),
        (all_active().refused_at(NOON, "Not yours."), ASK_AGAIN),
    ],
)
def test_it_is_asked_again_soon_until_all_keys_are_in_force(noted: CostTags, wait: timedelta):
    assert noted.is_due(NOON + wait)
    assert not noted.is_due(NOON + wait - A_SECOND)


def test_what_was_never_looked_at_is_due():
    assert CostTags().is_due(NOON)


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (TagStatus.UNSEEN, "asked for with a later sync"),
        (TagStatus.INACTIVE, "activate it in the management account"),
        (TagStatus.PENDING, "look again tomorrow"),
        (TagStatus.ACTIVE, "are found by it"),
    ],
)
def test_every_status_says_what_there_is_to_do(status: TagStatus, remedy: str):
    assert remedy in status.meaning
