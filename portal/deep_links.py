"""Responsible for deep links: whoever signs in arrives at the page they had asked for."""

from http.cookies import SimpleCookie
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "mlaas_next"
_MINUTES = 15
_SIGN_IN_COOKIE = "_streamlit_user"


class DeepLinks:
    """ASGI middleware: remembers the page a sign-in was begun on, and leads back there after it.

    Streamlit always returns from a sign-in to the root; the browser names the page it comes from.
    """

    def __init__(self, app: ASGIApp, *, portal_url: str) -> None:
        self._app = app
        self._portal_url = portal_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["path"] == "/auth/login":
            asked = _path_within(self._portal_url, headers.get("referer", ""))
            await self._app(scope, receive, _also_setting(send, asked) if asked else send)
            return
        cookies = SimpleCookie(headers.get("cookie", ""))
        asked = _safe(unquote(cookies[COOKIE].value)) if COOKIE in cookies else ""
        if scope["path"] == "/" and asked and _SIGN_IN_COOKIE in cookies:
            answer = RedirectResponse(asked, status_code=302)
            answer.delete_cookie(COOKIE, path="/")
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _path_within(portal_url: str, referer: str) -> str:
    """Path and query of a page of ours other than the root; nothing for any other address."""
    page, portal = urlsplit(referer), urlsplit(portal_url)
    if (page.scheme, page.netloc) != (portal.scheme, portal.netloc):
        return ""
    return _safe(f"{page.path}?{page.query}" if page.query else page.path)


def _safe(path: str) -> str:
    """A path on this host; `//host` and `/\\host` would lead a browser elsewhere."""
    wanted = path.startswith("/") and path != "/" and not path.startswith(("//", "/\\"))
    return path if wanted and path.isprintable() else ""


def _also_setting(send: Send, asked: str) -> Send:
    async def setting(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append(
                "set-cookie",
                f"{COOKIE}={quote(asked, safe='')}; Path=/; Max-Age={_MINUTES * 60}; "
                "HttpOnly; SameSite=Lax",
            )
        await send(message)

    return setting
