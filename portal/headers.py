"""Responsible for what every answer carries: the security headers, and one name for the portal."""

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_INLINE = re.compile(r"<script>(.*?)</script>", re.S)


def content_security_policy(upload_origin: str) -> str:
    """Scripts are the portal's own; the browser may also send to where uploads go.

    Streamlit's page holds inline scripts, allowed by their hashes, and loads components written
    inline from blobs.
    """
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    digests = [hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page)]
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {upload_origin}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class GuardedAnswers:
    """ASGI middleware: headers on every answer, loopback's aliases sent to the portal's own name.

    `localhost` and `127.0.0.1` keep different cookies: a sign-in begun at one is lost at the other.
    """

    def __init__(self, app: ASGIApp, *, portal_url: str, policy: str) -> None:
        self._app = app
        self._portal = urlsplit(portal_url)
        self._secure = self._portal.scheme == "https"
        self._headers = {
            "Content-Security-Policy": policy,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            # A deep link is read back from the page a sign-in was begun on.
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
        if self._secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._guard(MutableHeaders(scope=message))
            await send(message)

        await self._answerer(scope)(scope, receive, guarded)

    def _answerer(self, scope: Scope) -> ASGIApp:
        if scope["path"] == "/_stcore/metrics":
            return PlainTextResponse("Not found", status_code=404)
        host = urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
        if host != self._portal.hostname and {host, self._portal.hostname} <= LOOPBACK:
            query = scope["query_string"].decode()
            path = f"{scope['path']}?{query}" if query else scope["path"]
            return RedirectResponse(f"{self._portal.geturl()}{path}")
        return self._app

    def _guard(self, headers: MutableHeaders) -> None:
        for name, value in self._headers.items():
            headers[name] = value
        if self._secure:
            cookies = headers.getlist("set-cookie")
            del headers["set-cookie"]
            for cookie in cookies:
                marked = cookie if "; secure" in cookie.lower() else f"{cookie}; Secure"
                headers.append("set-cookie", marked)
