"""What a provider sees of cost, and does about it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from backend.context import Context
from backend.domain.allocation import SharedSplit
from backend.domain.cost_sync import SyncState
from backend.domain.tenant import Tenant
from portal import format as show
from portal.cost_card import SPLITS
from tests.portal.conftest import PAT, Visit, figures, labelled, press, said
from tests.portal.spent import cost, put, today

COSTS = "provider/costs.py"


@pytest.fixture
def spent(admin: Context, acme: Tenant, other: Tenant) -> Iterator[None]:
    put(
        admin,
        cost(acme.tenant_id, "30"),
        cost(other.tenant_id, "10", days_ago=3),
        cost(None, "8", shared=True),
        cost(None, "2"),
        cost(acme.tenant_id, "20", days_ago=40),
        cost(acme.tenant_id, "1", days_ago=70),
    )
    yield
    put(admin)


def test_without_any_cost_the_page_says_why(visit: Visit, admin: Context) -> None:
    put(admin)
    app = visit(PAT, COSTS)
    assert "No cost is known of this period" in said(app.info)
    assert not app.metric


def test_tenants_and_shared_and_unallocated_stand_beside_their_total(
    visit: Visit, spent: None
) -> None:
    app = visit(PAT, COSTS)
    assert figures(app) == {
        "Total": "$50.00",
        "Tenants": "$40.00",
        "Shared, not split": "$8.00",
        "Unallocated": "$2.00",
    }
    # Today and yesterday are not told in full yet, so $10 stand beside $20.
    assert app.metric[0].delta == "-50.0 %"
    assert "estimated" in app.metric[0].label
    assert list(app.dataframe[0].value["Total"]) == ["$30.00", "$10.00", "$8.00", "$2.00"]


def test_a_filter_in_the_address_narrows_the_view(visit: Visit, spent: None, other: Tenant) -> None:
    app = visit(PAT, COSTS, tenants=other.tenant_id)
    assert figures(app)["Total"] == "$10.00"
    assert figures(app)["Unallocated"] == "$0.00"
    assert figures(visit(PAT, COSTS, period="7 days"))["Total"] == "$50.00"


def test_what_is_no_period_is_taken_from_the_address_and_thirty_days_are_shown(
    visit: Visit, spent: None
) -> None:
    app = visit(PAT, COSTS, period="a while", measure="Guessed")
    assert "period" not in app.query_params
    assert figures(app)["Total"] == "$50.00"


def test_pressing_a_tenant_opens_its_costs(visit: Visit, spent: None, other: Tenant) -> None:
    app = press(visit(PAT, COSTS, tenants=other.tenant_id), "cost-tenant")
    assert app.title[0].value == show.plain(other.name)


def test_shared_cost_is_split_as_the_provider_chooses_and_the_choice_is_remembered(
    visit: Visit, admin: Context, spent: None, unsplit: None
) -> None:
    app = visit(PAT, COSTS)
    labelled(app.radio, "Split shared cost").set_value(SharedSplit.BY_DIRECT_COST).run()
    labelled(app.button, "Save the split").click().run()
    assert not app.exception
    assert figures(app)["Tenants"] == "$48.00"
    assert figures(app)["Shared, not split"] == "$0.00"
    (choice,) = admin.sharing.choices()
    assert (choice.split, choice.chosen_by) == (SharedSplit.BY_DIRECT_COST, PAT.name)
    assert choice.since == f"{today():%Y-%m}"
    assert f"Chosen by {PAT.name}" in said(app.caption)
    entry = admin.audit.latest(1, today=today(), days=1)[0]
    assert (entry.before, entry.after) == (
        "not split",
        f"split in proportion to direct cost from {choice.since}",
    )


def test_shares_that_do_not_add_up_are_refused_and_nothing_is_lost(
    visit: Visit, admin: Context, spent: None, unsplit: None
) -> None:
    app = visit(PAT, COSTS)
    labelled(app.radio, "Split shared cost").set_value(SharedSplit.FIXED_SHARES).run()
    assert "They add up to 0." in said(app.caption)
    labelled(app.button, "Save the split").click().run()
    assert "The shares add up to 0, not to 1: add 1." in said(app.error)
    assert labelled(app.radio, "Split shared cost").value is SharedSplit.FIXED_SHARES
    assert admin.sharing.choices() == ()


def test_every_way_to_split_has_words() -> None:
    assert set(SPLITS) == set(SharedSplit)


def test_a_reading_that_is_refused_says_so(visit: Visit, admin: Context, spent: None) -> None:
    before = admin.sync_notes.read()
    used = before
    for _ in range(6):
        used = used.asking(datetime.now(UTC))
    admin.sync_notes.write(before, used)
    app = visit(PAT, COSTS)
    labelled(app.button, "Read Cost Explorer now").click().run()
    assert "6 are allowed a day" in said(app.error)
    assert figures(app)["Total"] == "$50.00"
    rested = SyncState(synced_at=used.synced_at, settled=used.settled, requests=used.requests)
    admin.sync_notes.write(used, rested)
