"""An app's start-up and shutdown are waited for, and their failures seen."""

import asyncio
from typing import Any

import pytest

from backend.embedded.lifespan import started


def run(app: Any) -> list[str]:
    seen: list[str] = []

    async def life() -> None:
        async with started(app):
            seen.append("block")

    asyncio.run(life())
    return seen


def test_the_block_runs_between_start_up_and_shutdown() -> None:
    told: list[str] = []

    async def app(_: Any, receive: Any, send: Any) -> None:
        for _ in range(2):
            event = (await receive())["type"]
            told.append(event)
            await send({"type": f"{event}.complete"})

    assert run(app) == ["block"]
    assert told == ["lifespan.startup", "lifespan.shutdown"]


def test_a_start_up_that_raises_is_raised() -> None:
    async def app(_: Any, receive: Any, send: Any) -> None:
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        run(app)


def test_a_start_up_that_fails_or_ends_is_an_error() -> None:
    async def failing(_: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no state"})

    async def ending(_: Any, receive: Any, send: Any) -> None:
        return

    with pytest.raises(RuntimeError, match="no state"):
        run(failing)
    with pytest.raises(RuntimeError, match="ended instead"):
        run(ending)
