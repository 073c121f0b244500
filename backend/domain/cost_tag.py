"""Responsible for what becomes of a cost allocation tag: seen by billing, asked for, in force."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# AWS needs up to a day to list a key that a resource carries, and another once it is activated:
# https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
TAKES_EFFECT = timedelta(hours=24)
ASK_AGAIN = timedelta(hours=6)
# An account that moves to another organization loses what was activated, so active keys are
# looked at, too.
LOOK_AGAIN = timedelta(days=7)


class TagStatus(StrEnum):
    UNSEEN = "Unseen"
    INACTIVE = "Inactive"
    PENDING = "Pending"
    ACTIVE = "Active"

    @property
    def meaning(self) -> str:
        """What it means for cost, and what there is to do."""
        return _MEANINGS[self]


_MEANINGS = {
    TagStatus.UNSEEN: "not seen by billing yet: AWS lists a key up to 24 hours after a resource "
    "first carried it; it is asked for with a later sync of costs",
    TagStatus.INACTIVE: "inactive, no cost is found by it: it is asked for again with the next "
    "sync of costs, or activate it in the management account under Billing, Cost allocation tags",
    TagStatus.PENDING: "pending: AWS takes up to 24 hours to put it on costs, and only on those "
    "from then on; look again tomorrow",
    TagStatus.ACTIVE: "active: the costs since then are found by it",
}


@dataclass(frozen=True, slots=True)
class CostTag:
    """One key; `since` is when it was last activated or deactivated, where AWS tells."""

    key: str
    status: TagStatus
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class CostTags:
    """What AWS said of the keys at `read_at`, and which of them were asked for just then.

    `refused` is what AWS refused at the last try, at `tried_at`, and why; when it refused to tell
    of the keys at all, they are as they were read before.
    """

    tags: tuple[CostTag, ...] = ()
    read_at: datetime | None = None
    asked: tuple[str, ...] = ()
    tried_at: datetime | None = None
    refused: str = ""

    def is_due(self, now: datetime) -> bool:
        """Whether to look again: some hours after a try, or a week when all keys are in force."""
        if self.tried_at is None:
            return True
        settled = not self.refused and all(tag.status is TagStatus.ACTIVE for tag in self.tags)
        return now - self.tried_at >= (LOOK_AGAIN if settled else ASK_AGAIN)

    def refused_at(self, now: datetime, why: str) -> "CostTags":
        return replace(self, asked=(), tried_at=now, refused=why)


def status_of(*, active: bool, since: datetime | None, now: datetime) -> TagStatus:
    """The status of a key that AWS lists; it says Active from the moment somebody has asked."""
    if not active:
        return TagStatus.INACTIVE
    pending = since is not None and now - since < TAKES_EFFECT
    return TagStatus.PENDING if pending else TagStatus.ACTIVE


def to_ask_for(tags: Collection[CostTag]) -> tuple[str, ...]:
    """The keys whose activation is worth asking for: AWS refuses those that it has not seen."""
    return tuple(tag.key for tag in tags if tag.status is TagStatus.INACTIVE)


def asked_for(tags: Collection[CostTag], refused: Mapping[str, str], now: datetime) -> CostTags:
    """The tags after all inactive ones were asked for; `refused` holds AWS's reasons by key."""
    asked = tuple(key for key in to_ask_for(tags) if key not in refused)
    after = tuple(
        CostTag(tag.key, TagStatus.PENDING, now) if tag.key in asked else tag for tag in tags
    )
    told = " ".join(f"AWS has not activated {key}: {why}." for key, why in refused.items())
    return CostTags(after, read_at=now, asked=asked, tried_at=now, refused=told)
