"""Responsible for asking an ASGI application without a socket, cookies kept as a browser would."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
from starlette.types import ASGIApp


class Browser:
    def __init__(self, app: ASGIApp, at: str) -> None:
        self._app = app
        self._at = at
        self.cookies = httpx.Cookies()

    def get(self, path: str, *, referer: str = "") -> httpx.Response:
        """The answer itself; redirections are not followed."""
        # In a thread of its own: a browser test of the same run keeps this one's loop going.
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(asyncio.run, self._get(path, referer)).result()

    async def _get(self, path: str, referer: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(
            transport=transport, base_url=self._at, cookies=self.cookies
        ) as client:
            answer = await client.get(path, headers={"referer": referer} if referer else {})
            self.cookies = client.cookies
            return answer
