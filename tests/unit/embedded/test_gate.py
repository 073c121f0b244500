"""Who is let in, and who is not."""

import asyncio
from typing import Any

import pytest

from backend.embedded.gate import guarded, host_of, refused


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_names_are_let_in(host: str) -> None:
    assert refused(host, "/bucket/key") is None


@pytest.mark.parametrize("host", ["", "evil.example", "localhost.evil.example", "[::1]"])
def test_other_names_are_turned_away_by_name(host: str) -> None:
    assert repr(host) in str(refused(host, "/"))


@pytest.mark.parametrize(
    "path",
    [
        "/_ministack/reset", "/_aws/x", "/_localstack/health", "/health", "/v2/", "/v2/email/x",
        "/restapis/x", "/iceberg/v1", "/graphql", "/Execute", "/v20180820/bucket/x",
    ],
)  # fmt: skip
def test_what_is_not_offered_is_closed(path: str) -> None:
    assert refused("127.0.0.1", path) == f"Path {path!r} is closed in the embedded cloud."


@pytest.mark.parametrize(
    "path", ["/", "/bucket/_key", "/health-data/x", "/v2024/key", "/oauth2/token", "/login"]
)
def test_what_looks_alike_is_open(path: str) -> None:
    assert refused("127.0.0.1", path) is None


def scope(*hosts: bytes) -> dict[str, Any]:
    return {"type": "http", "path": "/", "headers": [(b"host", host) for host in hosts]}


def test_a_host_has_no_port_and_is_the_only_one() -> None:
    assert host_of(scope(b"LocalHost:4566")) == "localhost"
    assert host_of(scope(b"localhost")) == "localhost"
    assert host_of(scope()) == ""
    assert host_of(scope(b"localhost", b"evil.example")) == ""


def test_a_web_socket_is_closed() -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def app(*_: Any) -> None:
        raise AssertionError("the app was asked")

    asyncio.run(guarded(app)({"type": "websocket"}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]
