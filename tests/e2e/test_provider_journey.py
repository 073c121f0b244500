"""The provider's day in a browser: a tenant comes on board, queues move, costs are told."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from backend.domain.audit import Action
from backend.domain.build import Build, BuildState
from tests.e2e.conftest import PROVIDER, Enter, World, begun, ended, settled

MINUTES = 60_000
_PAGES = (
    "tenants",
    "onboard",
    "queues",
    "dead_letters",
    "tiers",
    "costs",
    "meter",
    "tenant_costs?tenant=acme-telecom",
    "invoices",
    "plans",
)
Picture = Callable[[Page, str], None]


def test_a_tenant_comes_on_board_with_its_plan_seen_first(
    enter: Enter, world: World, picture: Picture
) -> None:
    page = enter(PROVIDER, "/tenants")
    page.get_by_role("button", name="Onboard a tenant").click()
    page.get_by_role("textbox", name="Company name").fill("Borealis Hotels")
    page.get_by_role("textbox", name="Tenant id").fill("borealis-hotels")
    page.get_by_role("textbox", name="First user's e-mail").fill("bo@borealis.example")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_text("Plan for Borealis Hotels")).to_be_visible()
    picture(page, "plan")
    page.get_by_role("button", name="Onboard Borealis Hotels").click()
    expect(page.get_by_text("Borealis Hotels is on board")).to_be_visible(timeout=MINUTES)
    expect(page.get_by_text("Pass this password on")).to_be_visible()
    page.get_by_role("button", name="See the tenant").click()
    expect(page.get_by_role("heading", name="Borealis Hotels")).to_be_visible()
    settled(page)
    picture(page, "tenant")

    page.get_by_role("button", name="Offboard…").click()
    confirmed = page.get_by_role("button", name="Offboard for good")
    expect(confirmed).to_be_disabled()
    page.get_by_role("textbox", name="Type borealis-hotels to confirm").fill("borealis-hotels")
    page.keyboard.press("Enter")
    expect(confirmed).to_be_enabled()
    confirmed.click()
    expect(page.get_by_text("What was removed, and what was not")).to_be_visible(timeout=MINUTES)
    expect(page.get_by_text("Offboarded").first).to_be_visible()


def test_queues_refresh_by_themselves(enter: Enter, world: World, picture: Picture) -> None:
    page = enter(PROVIDER, "/queues")
    expect(page.get_by_text(re.compile(r"of \d+ own"))).to_have_count(3)
    stamp = page.get_by_text("refreshed")
    before = stamp.inner_text()
    page.wait_for_function(
        "before => ![...document.querySelectorAll('p')].some(p => p.innerText === before)",
        arg=before,
    )
    picture(page, "queues")


def test_a_double_click_pauses_a_tier_once(enter: Enter, world: World) -> None:
    page = enter(PROVIDER, "/queues")
    page.get_by_role("button", name="Pause").first.dblclick()
    expect(page.get_by_text("Nothing of this tier starts")).to_be_visible(timeout=MINUTES)
    page.wait_for_timeout(3000)  # the second press would have been answered by now
    expect(page.get_by_text("Nothing of this tier starts")).to_be_visible()
    today = world.context.audit.latest(9, today=datetime.now(UTC).date(), days=1)
    assert [entry.action for entry in today] == [Action.PAUSE_TIER]
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Nothing of this tier starts")).to_have_count(0, timeout=MINUTES)


def test_a_running_build_is_stopped_after_a_question(enter: Enter, world: World) -> None:
    running = begun(world, "long.csv", tuned=True)
    page = enter(PROVIDER, "/queues")
    built = page.get_by_test_id("stMain")  # the header has a Stop of its own while a page is drawn
    built.get_by_role("button", name="Stop", exact=True).first.click()
    asked = page.get_by_role("dialog")
    expect(asked.get_by_text("long.csv")).to_be_visible()
    page.wait_for_timeout(4500)  # the page refreshes behind the question, which stays
    asked.get_by_role("button", name="Stop the build").dblclick()
    expect(page.get_by_text("long.csv is being stopped")).to_be_visible(timeout=MINUTES)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert ended(world, running).state is BuildState.STOPPED


def test_costs_are_told_by_tenant(enter: Enter, built: Build, picture: Picture) -> None:
    assert built.state is BuildState.SUCCEEDED, built.reason
    page = enter(PROVIDER, "/costs")
    expect(page.get_by_text("No cost is known of this period")).to_be_visible(timeout=MINUTES)
    page.get_by_role("button", name="Read Cost Explorer now").click()
    expect(page.get_by_text("Cost Explorer has been read.")).to_be_visible(timeout=MINUTES)
    expect(page.get_by_text("Cost by day and tenant")).to_be_visible(timeout=MINUTES)
    expect(page.get_by_text("acme-telecom").first).to_be_visible()
    expect(page.get_by_text(re.compile("delta-foods, Amazon SageMaker"))).to_have_count(2)
    picture(page, "costs")
    with page.expect_download() as exported:
        page.get_by_role("button", name="Export CSV").click()
    lines = exported.value.path().read_text().splitlines()
    assert lines[0].startswith("day_utc,tenant_id,service,shared,unblended_usd")
    assert any(",acme-telecom,Amazon SageMaker,false,0.0" in line for line in lines)


def test_a_tenants_cost_is_followed_down_to_the_steps_of_a_build(
    enter: Enter, built: Build, picture: Picture
) -> None:
    page = enter(PROVIDER, f"/tenant_costs?tenant=acme-telecom&build={built.build_id}")
    expect(page.get_by_role("heading", name="Acme Telecom")).to_be_visible(timeout=MINUTES)
    expect(page.get_by_text("earlier.csv · what its steps used")).to_be_visible()
    expect(page.get_by_text("GB seconds")).to_have_count(2)
    expect(page.get_by_text("Prices: the shipped table of us-east-1")).to_be_visible()
    picture(page, "tenant-costs")


def test_a_month_that_is_not_over_is_billed_in_drafts(
    enter: Enter, world: World, picture: Picture
) -> None:
    page = enter(PROVIDER, "/invoices")
    expect(page.get_by_text("is not over: it ends on")).to_be_visible(timeout=MINUTES)
    expect(page.get_by_text("0 of ")).to_be_visible()
    expect(page.get_by_role("button", name="Issue")).to_have_count(0)
    picture(page, "invoices")


def test_a_phone_has_room_for_every_page(enter: Enter, world: World) -> None:
    phone = {"width": 390, "height": 844}
    for address in _PAGES:
        page = enter(PROVIDER, f"/{address}", viewport=phone)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= phone["width"], address
