"""A whole world for a browser: embedded cloud, deployment, tenants, and the portal served."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from backend import onboard, upload
from backend.context import Context
from backend.deploy.deployment import deploy
from backend.domain import naming
from backend.domain.build import Build
from backend.domain.choices import Choices
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant
from demo.cast import DATA
from demo.cloud import LEDGER, ROOT, OwnCloud, end, free_port, own_cloud
from demo.history import write_history

CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser")
        if (path := Path("/usr/bin") / name).exists()
    ),
    None,
)
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Two busy cores may need more than Playwright's five seconds to draw a page for the first time.
expect.set_options(timeout=20_000)
PASSWORD = "Journey-portal-2026"
PROVIDER = "pat@provider.example"
IMAGES = ROOT / "docs" / "images"
_SETTLED = """() => {
  const app = document.querySelector('[data-testid=stApp]')
  return app && app.getAttribute('data-test-script-state') === 'notRunning'
}"""
_HEIGHT = "document.querySelector('[data-testid=stMain]').scrollHeight"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--docs-images", action="store_true", help="renew the screenshots in docs/images"
    )


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], playwright: Playwright
) -> dict[str, Any]:
    own = Path(playwright.chromium.executable_path)
    if CHROMIUM is None and not own.exists():
        pytest.skip("There is no Chromium: `apt-get install chromium` or `playwright install`.")
    chosen = {"executable_path": str(CHROMIUM)} if CHROMIUM else {}
    return {**browser_type_launch_args, **chosen, "args": ARGS}


@dataclass(frozen=True, slots=True)
class World:
    """A served portal, the cloud behind it and those who may sign in."""

    url: str
    context: Context
    acme: Tenant

    @property
    def ana(self) -> str:
        return self.acme.first_user


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = f"http://localhost:{free_port()}"
    state = tmp_path_factory.mktemp("world")
    write_history(state / LEDGER, today=datetime.now(UTC).date())
    with own_cloud(state, tag_activation=0) as cloud, pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environment.delenv(name, raising=False)
        for name, value in {**cloud.environment(), "PORTAL_URL": url}.items():
            environment.setenv(name, value)
        context = Context.from_environment()
        deploy(context)
        cloud.add_profile("portal", naming.role_arn(naming.PORTAL_ROLE, context.session.account))
        context.people.add_provider(PROVIDER)
        context.people.set_password(PROVIDER, PASSWORD)
        acme = _tenant(context, "acme-telecom", "Acme Telecom", "ana@acme.example")
        with _portal(cloud, url):
            yield World(url, context, acme)


def _tenant(context: Context, tenant_id: str, name: str, email: str) -> Tenant:
    pat = Principal("pat", "Pat", Role.PROVIDER)
    portal = context.as_portal()
    plan = onboard.plan(portal, pat, tenant_id=tenant_id, name=name, tier="standard", email=email)
    tenant = onboard.carry_out(portal, pat, plan, now=datetime.now(UTC)).tenant
    context.people.set_password(email, PASSWORD)
    return tenant


@pytest.fixture(scope="session")
def built(world: World) -> Build:
    """A build of Acme's that has run to its end, uploaded as a browser would."""
    return ended(world, begun(world, "earlier.csv"))


def begun(world: World, file_name: str, *, tuned: bool = False) -> Build:
    """A build of Acme's that has started, of a file uploaded as a browser would."""
    portal, ana = world.context.as_portal(), Principal("ana", "Ana", Role.TENANT, "acme-telecom")
    content = (DATA / "churn.csv").read_bytes()
    ticket = upload.begin(
        portal,
        ana,
        file_name=file_name,
        size=len(content),
        content_type="text/csv",
        choices=Choices(algorithm="linear", target="churn", tuned=tuned),
        now=datetime.now(UTC),
    )
    request = urllib.request.Request(ticket.urls[0], data=content, method="PUT")
    with urllib.request.urlopen(request, timeout=30):
        upload.complete(portal, ana, ticket)
    return _once(
        world, lambda build: build.upload.file_name == file_name and build.started_at is not None
    )


def ended(world: World, build: Build) -> Build:
    return _once(world, lambda one: one.build_id == build.build_id and one.state.is_final)


def _once(world: World, reached: Callable[[Build], bool]) -> Build:
    """Acme's build that has got there, within two minutes."""
    limit = time.monotonic() + 120
    while time.monotonic() < limit:
        for build in world.context.builds.of_tenant(world.acme.tenant_id, limit=10):
            if reached(build):
                return build
        time.sleep(0.2)
    pytest.fail("The build did not get there within two minutes.")


@contextmanager
def _portal(cloud: OwnCloud, url: str) -> Iterator[None]:
    """The portal as a process of its own, with its own role's rights."""
    inherited = {name: v for name, v in os.environ.items() if not name.startswith("AWS_")}
    with (cloud.state / "portal.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal"],
            cwd=ROOT,
            env=inherited | cloud.environment("portal"),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _await(f"{url}/health", process)
            yield
        finally:
            end(process)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail("The portal did not come up: see portal.log in the world's folder.")


def settled(page: Page) -> Page:
    """The page once Streamlit has nothing left to run."""
    page.wait_for_function(_SETTLED)
    return page


def sign_in(page: Page, email: str) -> None:
    """From the portal's sign-in page over Cognito's, back to where one was going."""
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=username]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_test_id("stSidebarNav").wait_for()
    settled(page)


Enter = Callable[..., Page]


@pytest.fixture(scope="session")
def sign_ins() -> dict[str, Any]:
    """Each person signs in once; the browser's state is kept for the other tests."""
    return {}


@pytest.fixture
def enter(world: World, browser: Browser, sign_ins: dict[str, Any]) -> Iterator[Enter]:
    """Opens a page as somebody: `enter(PROVIDER, "/queues")`, or as nobody yet: `enter(None)`."""
    opened: list[BrowserContext] = []

    def entered(email: str | None, path: str = "/", **browsing: Any) -> Page:
        if email is not None and email not in sign_ins:
            first = browser.new_context(base_url=world.url)
            page = first.new_page()
            page.goto("/")
            sign_in(page, email)
            sign_ins[email] = first.storage_state()
            first.close()
        kept = {"storage_state": sign_ins[email]} if email is not None else {}
        chosen = {"viewport": {"width": 1440, "height": 900}, "timezone_id": "Europe/Vienna"}
        context = browser.new_context(base_url=world.url, **{**chosen, **kept, **browsing})
        opened.append(context)
        page = context.new_page()
        page.goto(path)
        return settled(page)

    yield entered
    for context in opened:
        context.close()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keeps a screenshot for the README when asked to."""

    def taken(page: Page, name: str) -> None:
        if request.config.getoption("--docs-images", default=False):
            IMAGES.mkdir(parents=True, exist_ok=True)
            tall = settled(page).evaluate(_HEIGHT)
            page.set_viewport_size({"width": 1440, "height": max(900, min(tall, 1500))})
            page.wait_for_timeout(1200)  # charts grow into place
            page.screenshot(path=IMAGES / f"{name}.png")
            page.set_viewport_size({"width": 1440, "height": 900})

    return taken
