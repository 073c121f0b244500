"""Responsible for: whoever signs in arrives where they were going, and never on another host."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal.deep_links import COOKIE, DeepLinks
from tests.unit.portal.asgi import Browser

PORTAL = "https://portal.example"


async def _any(request: Request) -> Response:
    return PlainTextResponse(request.url.path)


@pytest.fixture
def browser() -> Browser:
    app = Starlette(routes=[Route("/{path:path}", _any)])
    return Browser(DeepLinks(app, portal_url=PORTAL), PORTAL)


def begin_sign_in(browser: Browser, page: str) -> None:
    browser.get("/auth/login", referer=page)


def test_after_the_sign_in_the_page_asked_for_is_shown(browser: Browser) -> None:
    begin_sign_in(browser, f"{PORTAL}/builds?state=Failed")
    browser.cookies.set("_streamlit_user", "signed")
    answer = browser.get("/")
    assert answer.status_code == 302
    assert answer.headers["location"] == "/builds?state=Failed"


def test_the_way_back_is_taken_once(browser: Browser) -> None:
    begin_sign_in(browser, f"{PORTAL}/builds")
    browser.cookies.set("_streamlit_user", "signed")
    browser.get("/")
    assert browser.get("/").status_code == 200


def test_nobody_is_led_on_without_a_sign_in(browser: Browser) -> None:
    begin_sign_in(browser, f"{PORTAL}/builds")
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    "page",
    [
        "",
        f"{PORTAL}/",
        "https://elsewhere.example/builds",
        "https://portal.example.elsewhere.example/builds",
        f"{PORTAL}//elsewhere.example",
        f"{PORTAL}/\\elsewhere.example",
        "http://portal.example/builds",
    ],
)
def test_other_addresses_are_not_remembered(browser: Browser, page: str) -> None:
    begin_sign_in(browser, page)
    assert COOKIE not in browser.cookies


@pytest.mark.parametrize("planted", ["//elsewhere.example", "https%3A%2F%2Felsewhere.example"])
def test_a_planted_cookie_leads_nowhere(browser: Browser, planted: str) -> None:
    browser.cookies.set(COOKIE, planted)
    browser.cookies.set("_streamlit_user", "signed")
    assert browser.get("/").status_code == 200
