"""The main job in a browser: a file goes up, becomes a model, is approved and downloaded."""

import gzip
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from backend.domain.build import Build
from demo.cast import DATA
from tests.e2e.conftest import Enter, World, settled, sign_in

CHURN = DATA / "churn.csv"
MINUTES = 60_000
Picture = Callable[[Page, str], None]


def choose(page: Page, *names: str) -> None:
    page.locator("input[type=file]").set_input_files([DATA / name for name in names])
    page.get_by_role("combobox", name="Target column").wait_for()
    settled(page)


def open_newest(page: Page, name: str) -> None:
    """Presses the newest build's name; the table is a canvas, its first row lies below the head."""
    expect(page.get_by_test_id("glide-cell-0-0")).to_have_text(name, timeout=MINUTES)
    box = page.get_by_test_id("stDataFrame").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 40, box["y"] + 52)
    page.wait_for_url(re.compile(r"/build\?id="))


def test_a_file_becomes_an_approved_model(enter: Enter, world: World, picture: Picture) -> None:
    page = enter(None, "/upload")
    picture(page, "sign-in")
    sign_in(page, world.ana)
    expect(page).to_have_url(f"{world.url}/upload")

    choose(page, "churn.csv")
    expect(page.get_by_role("combobox", name="Target column")).to_have_value("churn")
    expect(page.get_by_text("The build should cost about")).to_be_visible()
    picture(page, "upload")
    page.get_by_role("button", name="Upload and start the build").click()
    page.wait_for_url("**/builds")
    expect(page.get_by_text("churn.csv uploaded")).to_be_visible()
    open_newest(page, "churn.csv")
    expect(page.get_by_role("heading", name="churn.csv")).to_be_visible()
    expect(page.get_by_text("Cleans the file")).to_be_visible(timeout=MINUTES)
    picture(page, "build-running")
    evidence = page.get_by_role("heading", name="On rows it has never seen")
    expect(evidence).to_be_visible(timeout=3 * MINUTES)
    expect(page.get_by_text("Better than the baseline")).to_be_visible()
    picture(page, "build")
    page.get_by_role("link", name="All builds").click()
    expect(page.get_by_test_id("glide-cell-1-0")).to_have_text("Succeeded")
    picture(page, "builds")
    page.go_back()

    page.get_by_role("link", name="Decide on the model").click()
    expect(page.get_by_text("Waiting for approval").first).to_be_visible()
    page.get_by_role("button", name="Approve").first.click()
    page.get_by_role("textbox", name="Why").fill("Finds two thirds of those who leave.")
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_text("is approved")).to_be_visible()
    expect(
        page.get_by_text("Finds two thirds of those who leave. (ana@acme.example)")
    ).to_be_visible()
    picture(page, "models")

    link = page.get_by_role("link", name="Download").first.get_attribute("href")
    assert link is not None
    answer = page.request.get(link)
    assert answer.ok
    assert 'filename="acme-telecom-model-' in answer.headers["content-disposition"]
    assert b"schema.json" in gzip.decompress(answer.body())


def test_home_shows_what_is_under_way(
    enter: Enter, world: World, built: Build, picture: Picture
) -> None:
    page = enter(world.ana, "/home")
    expect(page.get_by_text("Latest builds")).to_be_visible()
    expect(page.get_by_text("to approve or reject")).to_be_visible()
    picture(page, "home")


def test_usage_tells_what_builds_cost_as_soon_as_they_end(
    enter: Enter, world: World, built: Build, picture: Picture
) -> None:
    page = enter(world.ana, f"/usage?build={built.build_id}")
    expect(page.get_by_text("Builds by the meter")).to_be_visible(timeout=MINUTES)
    expect(page.get_by_text("earlier.csv · what its steps used")).to_be_visible()
    picture(page, "usage")
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible(timeout=MINUTES)
    page.goto("/bills")
    expect(page.get_by_text("Monthly fee of the standard tier")).to_be_visible(timeout=MINUTES)


def test_a_broken_connection_is_mended_part_by_part(enter: Enter, world: World) -> None:
    page = enter(world.ana, "/upload")
    failures = iter([503, 0])

    def disturb(route: Route) -> None:
        if route.request.method != "PUT" or (status := next(failures, None)) is None:
            route.continue_()
        elif status:
            route.fulfill(status=status, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.abort()

    page.route("**/uploads/**", disturb)
    choose(page, "hotel_rates.csv")
    page.get_by_role("button", name="Upload and start the build").click()
    page.wait_for_url("**/builds", timeout=MINUTES)
    expect(page.get_by_text("hotel_rates.csv uploaded")).to_be_visible()


def test_an_upload_goes_on_where_a_reload_has_left_it(enter: Enter, world: World) -> None:
    page = enter(world.ana, "/upload")
    page.route("**/uploads/**", lambda route: None)  # never answered
    choose(page, "lending_club.csv")
    page.get_by_role("button", name="Upload and start the build").click()
    expect(page.get_by_role("progressbar", name="Upload progress")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/upload")
    expect(page.get_by_text("lending_club.csv was begun")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")
    choose(page, "lending_club.csv")
    page.get_by_role("button", name="Go on with the upload begun earlier").click()
    page.wait_for_url("**/builds", timeout=MINUTES)


def test_cancelling_an_upload_leaves_nothing_to_resume(enter: Enter, world: World) -> None:
    page = enter(world.ana, "/upload")
    page.route("**/uploads/**", lambda route: None)
    choose(page, "hotel_rates.csv")
    page.get_by_role("button", name="Upload and start the build").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Drop a CSV file here")).to_be_visible()
    expect(page.get_by_text("was begun")).to_have_count(0)


@pytest.mark.parametrize(
    "address",
    [
        "tenants",
        "tenant?id=acme-telecom",
        "onboard",
        "queues",
        "dead_letters?queue=basic",
        "tiers",
        "costs",
        "meter",
        "tenant_costs",
        "invoices",
        "invoice",
        "plans",
    ],
)
def test_a_tenant_finds_no_page_of_the_provider(enter: Enter, world: World, address: str) -> None:
    page = enter(world.ana, f"/{address}")
    expect(page.get_by_text("This page is not one of yours")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)


def test_signing_out_ends_the_session_here_and_at_cognito(enter: Enter, world: World) -> None:
    page = enter(None, "/models")
    sign_in(page, world.ana)
    cookies = page.context.cookies()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("input[name=password]")).to_be_visible()
    replayed = enter(None, "/models", storage_state={"cookies": cookies, "origins": []})
    expect(replayed.get_by_role("button", name="Sign in")).to_be_visible()


def test_no_page_asks_anybody_outside(enter: Enter, world: World) -> None:
    page = enter(world.ana, "/home")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    faults: list[str] = []
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    for address in ("home", "upload", "builds", "models"):
        page.goto(f"/{address}")
        settled(page)
    assert [url for url in asked if not url.startswith((world.url, "data:", "blob:"))] == []
    # Streamlit asks for its health below a deep address, too, before it finds it at the root.
    assert [fault for fault in faults if "404" not in fault] == []
