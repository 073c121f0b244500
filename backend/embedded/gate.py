"""Responsible for who may speak to the endpoint: loopback names only, and no path but AWS's own."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[..., Awaitable[None]]

_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
# ministack's control interface, and the data planes of services this cloud does not serve: they
# answer before anything is authorized.
_CLOSED = re.compile(
    r"/(_|health$|restapis(/|$)|iceberg(/|$)|v2(/|$)|v20180820/|graphql$|event$|v1/apis/"
    r"|WriteGetObjectResponse$|(Execute|BeginTransaction|CommitTransaction|RollbackTransaction"
    r"|BatchExecute)$)"
)


def guarded(app: App) -> App:
    """The app behind a door that answers 403 with a sentence to whom it does not let in."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := refused(host_of(scope), scope["path"])):
            await _answer(send, refusal)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "lifespan":
            await _live_without_ceremony(receive, send)
        else:
            await app(scope, receive, send)

    return guard


def refused(host: str, path: str) -> str | None:
    """Why this request is turned away; None lets it in."""
    if host not in _LOOPBACK:
        return f"Host {host!r} is not served here: use http://127.0.0.1 or http://localhost."
    if _CLOSED.match(path):
        return f"Path {path!r} is closed in the embedded cloud."
    return None


def host_of(scope: Scope) -> str:
    """The host the caller asked for, without its port: a foreign name means DNS rebinding."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1:
        return ""
    return str(hosts[0].decode("latin-1").rsplit(":", 1)[0].lower())


async def _live_without_ceremony(receive: Receive, send: Send) -> None:
    """The app has been started already, and will be ended, by who serves it."""
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return


async def _answer(send: Send, sentence: str) -> None:
    body = sentence.encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
