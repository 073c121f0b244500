"""Tags are asked for and told of with the rights of those who do so, and refusals fail nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from backend import cost_tags
from backend.context import Context
from backend.domain import naming
from backend.domain.cost_tag import TagStatus
from backend.domain.errors import Forbidden
from backend.domain.price_book import SHIPPED_TABLE
from backend.domain.principal import Principal, Role
from tests.cloud import Cloud
from tests.integration.stage import stage_of

PAT = Principal("pat", "Pat", Role.PROVIDER)
MARA = Principal("mara", "Mara", Role.TENANT, "acme")


@pytest.fixture(scope="module")
def told(admin: Context) -> Iterator[dict[str, Any]]:
    """What the scheduled function answers, with the rights of its own role; its count is undone."""
    settings = admin.session.table(naming.SETTINGS_TABLE)
    counted = settings.get_item(Key={"name": "cost-sync"}).get("Item")
    for row in ("cost-sync", "cost-tags", "price-book"):
        settings.delete_item(Key={"name": row})
    yield admin.functions.sync_costs()
    settings.delete_item(Key={"name": "cost-sync"})
    if counted is not None:
        settings.put_item(Item=counted)


def test_a_tenants_people_are_not_told_of_tags(portal: Context):
    with pytest.raises(Forbidden, match="Mara is not a provider"):
        cost_tags.statuses(portal, MARA)


def test_whoever_may_not_ask_for_tags_is_told_who_may(portal: Context):
    with pytest.raises(Forbidden, match=r"management account.*allow ce:ListCostAllocationTags"):
        portal.cost_tags.all(now=datetime.now(UTC))


def test_a_sync_notes_how_far_each_key_is(portal: Context, told: dict[str, Any]):
    noted = cost_tags.statuses(portal, PAT)
    assert [tag.key for tag in noted.tags] == list(naming.COST_TAGS)
    assert noted.read_at is not None
    assert noted.refused == ""


def test_a_sync_goes_on_where_no_list_prices_are_served_and_says_why(
    portal: Context, told: dict[str, Any]
):
    assert told["refused"] == ""
    book = portal.prices.read()
    assert "UnknownOperationException" in book.unread_because
    assert book.price_of("Training", "ml.m5.large").source == SHIPPED_TABLE


def test_keys_that_a_job_has_carried_are_in_force_or_on_their_way(cloud: Cloud, admin: Context):
    stage = stage_of(cloud)
    tags = [{"Key": key, "Value": "carried"} for key in naming.COST_TAGS]
    stage.play(stage.processing("Copy", Tags=tags))
    noted = cost_tags.ask(admin, now=datetime.now(UTC))
    assert noted.refused == ""
    assert {tag.status for tag in noted.tags} <= {TagStatus.PENDING, TagStatus.ACTIVE}
