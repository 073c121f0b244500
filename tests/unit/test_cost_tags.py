"""Asking for cost allocation tags: what AWS is asked, what is noted, what a refusal changes."""

from datetime import timedelta
from typing import Any

from backend import cost_tags
from backend.context import Context
from backend.domain import naming
from backend.domain.cost_tag import CostTag, TagStatus
from backend.settings import Settings
from tests.unit.aws.replayed import Replay, refusal, replayed
from tests.unit.values import NOON

LISTED = {
    "CostAllocationTags": [
        {"TagKey": key, "Type": "UserDefined", "Status": status}
        for key, status in (("tenant-id", "Inactive"), ("tier", "Inactive"), ("project", "Active"))
    ]
}
WRITTEN: dict[str, Any] = {}
NOTHING_NOTED: dict[str, Any] = {}


def context(replay: Replay) -> Context:
    return Context(Settings("http://localhost:8501", "secret"), replay.session)


def noted(*, tried: str) -> dict[str, Any]:
    """The row as DynamoDB gives it, all keys in force."""
    tags = [{"M": {"key": {"S": key}, "status": {"S": "Active"}}} for key in naming.COST_TAGS]
    return {"Item": {"tags": {"L": tags}, "tried_at": {"S": tried}, "read_at": {"S": tried}}}


def test_a_member_account_is_noted_as_refused_and_nothing_fails():
    replay = replayed(refusal("AccessDeniedException"), NOTHING_NOTED, WRITTEN)
    found = cost_tags.ask(context(replay), now=NOON)
    assert "management account" in found.refused
    assert replay.asked[-1]["Item"]["refused"]["S"] == found.refused


def test_inactive_keys_are_asked_for_and_those_unseen_are_left_for_later():
    replay = replayed(LISTED, {"Errors": []}, WRITTEN)
    found = cost_tags.ask(context(replay), now=NOON)
    wanted = replay.asked[1]["CostAllocationTagsStatus"]
    assert [entry["TagKey"] for entry in wanted] == ["tenant-id", "tier"]
    assert found.asked == ("tenant-id", "tier")
    assert found.tags == (
        CostTag("tenant-id", TagStatus.PENDING, NOON),
        CostTag("tier", TagStatus.PENDING, NOON),
        CostTag("build-id", TagStatus.UNSEEN),
        CostTag("project", TagStatus.ACTIVE),
    )


def test_nothing_is_asked_for_where_no_key_is_inactive():
    replay = replayed({"CostAllocationTags": []}, WRITTEN)
    cost_tags.ask(context(replay), now=NOON)
    assert [asked.get("TableName") for asked in replay.asked] == [None, naming.SETTINGS_TABLE]


def test_keys_in_force_are_not_looked_at_with_every_sync():
    replay = replayed(noted(tried=NOON.isoformat()))
    cost_tags.ask_again(context(replay), now=NOON + timedelta(days=6))
    assert len(replay.asked) == 1


def test_keys_in_force_are_looked_at_once_a_week_all_the_same():
    replay = replayed(noted(tried=NOON.isoformat()), LISTED, {"Errors": []}, WRITTEN)
    cost_tags.ask_again(context(replay), now=NOON + timedelta(days=7))
    assert len(replay.asked) == 4
