"""What AWS says of the cost allocation tags, what it is asked, and what its refusals say."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.aws.cost_tags import CostAllocationTags
from backend.domain import naming
from backend.domain.cost_tag import CostTag, TagStatus
from backend.domain.errors import Forbidden, Unavailable
from tests.unit.aws.replayed import refusal, replayed
from tests.unit.values import NOON

LINKED = "Failed to list Cost Allocation Tags: Linked account doesn't have access to them."


def listed(key: str, status: str, updated: datetime | None = None) -> dict[str, Any]:
    tag = {"TagKey": key, "Type": "UserDefined", "Status": status}
    return tag | ({"LastUpdatedDate": f"{updated:%Y-%m-%dT%H:%M:%SZ}"} if updated else {})


def page(*tags: dict[str, Any], token: str = "") -> dict[str, Any]:
    return {"CostAllocationTags": list(tags)} | ({"NextToken": token} if token else {})


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDeniedException", LINKED),
        ("AccessDeniedException", "User is not authorized to perform: ce:ListCostAllocationTags"),
        ("ValidationException", LINKED),
    ],
)
def test_a_member_account_is_sent_to_the_one_that_pays(code: str, message: str):
    tags = CostAllocationTags(replayed(refusal(code, message)).session)
    with pytest.raises(Forbidden, match="activate tenant-id, tier, build-id, project in the org"):
        tags.all(now=NOON)


def test_asking_too_often_is_told_as_such(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    tags = CostAllocationTags(replayed(*[refusal("LimitExceededException")] * 9).session)
    with pytest.raises(Unavailable, match="busy"):
        tags.all(now=NOON)


def test_keys_that_aws_does_not_know_after_all_are_asked_for_later():
    words = "Failed to update Cost Allocation Tag: Tag keys not found: tier"
    tags = CostAllocationTags(replayed(refusal("ValidationException", words)).session)
    with pytest.raises(Unavailable, match=r"not found: tier\. It is asked again"):
        tags.activate(["tier"])


def test_each_key_is_as_aws_lists_it_and_unseen_where_it_lists_none():
    yesterday = NOON - timedelta(hours=24)
    replay = replayed(
        page(listed("project", "Active", yesterday), token="p2"),
        page(
            listed("tier", "Active", NOON - timedelta(hours=23)),
            listed("tenant-id", "Inactive", yesterday),
        ),
    )
    assert CostAllocationTags(replay.session).all(now=NOON) == (
        CostTag("tenant-id", TagStatus.INACTIVE, yesterday),
        CostTag("tier", TagStatus.PENDING, NOON - timedelta(hours=23)),
        CostTag("build-id", TagStatus.UNSEEN),
        CostTag("project", TagStatus.ACTIVE, yesterday),
    )
    assert replay.asked[0]["TagKeys"] == list(naming.COST_TAGS)
    assert [asked.get("NextToken") for asked in replay.asked] == [None, "p2"]


def test_a_key_that_tells_no_date_is_active():
    tags = CostAllocationTags(replayed(page(listed("tier", "Active"))).session)
    assert tags.all(now=datetime.now(UTC))[1] == CostTag("tier", TagStatus.ACTIVE)


def test_keys_are_asked_for_together_and_the_refused_ones_are_named():
    error = {"TagKey": "tier", "Code": "TagKeysNotFoundException", "Message": "no such key"}
    replay = replayed({"Errors": [error]})
    refused = CostAllocationTags(replay.session).activate(["tenant-id", "tier"])
    assert refused == {"tier": "no such key"}
    assert replay.asked == [
        {
            "CostAllocationTagsStatus": [
                {"TagKey": "tenant-id", "Status": "Active"},
                {"TagKey": "tier", "Status": "Active"},
            ]
        }
    ]
