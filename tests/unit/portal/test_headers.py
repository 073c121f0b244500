"""Responsible for: every answer is guarded, and the portal has one name."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal.headers import GuardedAnswers, content_security_policy
from portal.server import sign_out_route
from tests.unit.portal.asgi import Browser


async def _page(_: Request) -> Response:
    answer = PlainTextResponse("page")
    answer.set_cookie("one", "1")
    answer.set_cookie("two", "2")
    return answer


def browser(portal_url: str, asked: str | None = None) -> Browser:
    routes = [Route("/{path:path}", _page)]
    app = GuardedAnswers(Starlette(routes=routes), portal_url=portal_url, policy="default-src")
    return Browser(app, asked or portal_url)


def test_every_answer_carries_the_headers() -> None:
    headers = browser("http://localhost:8600").get("/any").headers
    assert headers["content-security-policy"] == "default-src"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


def test_over_https_cookies_are_secure_and_the_browser_stays_there() -> None:
    answer = browser("https://portal.example").get("/")
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all(cookie.endswith("; Secure") for cookie in cookies)
    assert "strict-transport-security" in answer.headers


def test_loopbacks_other_name_leads_to_the_portals_own() -> None:
    answer = browser("http://localhost:8600", "http://127.0.0.1:8600").get("/builds?state=Failed")
    assert answer.headers["location"] == "http://localhost:8600/builds?state=Failed"


def test_behind_a_proxy_a_foreign_host_is_served() -> None:
    assert browser("https://portal.example", "http://10.0.0.7:8501").get("/").text == "page"


def test_streamlits_metrics_are_closed() -> None:
    assert browser("http://localhost:8600").get("/_stcore/metrics").status_code == 404


def test_scripts_are_our_own_and_uploads_may_leave() -> None:
    policy = content_security_policy("https://s3.eu-central-1.amazonaws.com")
    assert "'unsafe-eval'" not in policy
    assert "script-src 'self' blob: 'sha256-" in policy
    assert "connect-src 'self' https://s3.eu-central-1.amazonaws.com;" in policy


def test_signing_out_drops_the_cookies_and_ends_the_hosted_session() -> None:
    out = "https://sign-in.example/logout?client_id=c&logout_uri=https%3A%2F%2Fportal.example"
    person = Browser(Starlette(routes=[sign_out_route(out)]), "https://portal.example")
    for name in ("_streamlit_user", "_streamlit_user_tokens", "other"):
        person.cookies.set(name, "signed")
    answer = person.get("/auth/logout")
    assert answer.headers["location"] == out
    dropped = {cookie.split("=")[0] for cookie in answer.headers.get_list("set-cookie")}
    assert dropped == {"_streamlit_user", "_streamlit_user_tokens"}
