"""Responsible for cost allocation tags: what AWS knows of the keys, and asking it to use them."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from backend.aws.session import AwsSession
from backend.aws.translate import code_of, message_of, translated
from backend.domain import naming
from backend.domain.cost_tag import CostTag, TagStatus, status_of
from backend.domain.errors import Forbidden, Unavailable

_NOT_OURS = (
    "Cost allocation tags belong to whoever pays the bill: activate "
    f"{', '.join(naming.COST_TAGS)} in the organization's management account (Billing, Cost "
    "allocation tags); in an account of its own, allow ce:ListCostAllocationTags and "
    "ce:UpdateCostAllocationTagsStatus."
)
_LINKED = "Linked account"


class CostAllocationTags:
    """Its requests are not counted with those that cost $0.01 each.

    AWS's price list calls the kind that is billed Reporting, and nothing is reported here.
    """

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _ce(self) -> Any:
        return self._session.client("ce")

    def all(self, *, now: datetime) -> tuple[CostTag, ...]:
        """Every key that this system tags by, listed by AWS or not, in `naming.COST_TAGS`' order.

        Raises Forbidden where the account may not know, Unavailable when asked too often.
        """
        with _told_what_to_do():
            listed = {tag["TagKey"]: tag for tag in self._listed()}
        return tuple(_tag(key, listed.get(key), now) for key in naming.COST_TAGS)

    def activate(self, keys: Collection[str]) -> dict[str, str]:
        """Asks for the keys; AWS's reason by key for those that it has refused.

        Raises as `all`, and Unavailable when AWS takes none of the keys.
        """
        wanted = [{"TagKey": key, "Status": "Active"} for key in keys]
        with _told_what_to_do():
            answer = self._ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=wanted)
        return {error["TagKey"]: error["Message"] for error in answer["Errors"]}

    def _listed(self) -> Iterator[dict[str, Any]]:
        question = {"TagKeys": list(naming.COST_TAGS), "Type": "UserDefined"}
        page = self._ce.list_cost_allocation_tags(**question)
        yield from page["CostAllocationTags"]
        while page.get("NextToken"):
            page = self._ce.list_cost_allocation_tags(**question, NextToken=page["NextToken"])
            yield from page["CostAllocationTags"]


def _tag(key: str, listed: dict[str, Any] | None, now: datetime) -> CostTag:
    if listed is None:
        return CostTag(key, TagStatus.UNSEEN)
    updated = listed.get("LastUpdatedDate")
    since = datetime.fromisoformat(updated) if updated else None
    active = listed["Status"] == "Active"
    return CostTag(key, status_of(active=active, since=since, now=now), since)


@contextmanager
def _told_what_to_do() -> Iterator[None]:
    try:
        with translated(_NOT_OURS, AccessDeniedException=Forbidden):
            yield
    except ClientError as refusal:
        if code_of(refusal) != "ValidationException":
            raise
        # What a member account is told has had both codes.
        if _LINKED in message_of(refusal):
            raise Forbidden(_NOT_OURS) from refusal
        raise Unavailable(
            f"AWS has taken no cost allocation tag: {message_of(refusal)}. It is asked again with "
            "the next sync of costs."
        ) from refusal
