"""Responsible for an ASGI app's start-up and shutdown, so that a failure of either is seen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from backend.embedded.gate import App


@asynccontextmanager
async def started(app: App) -> AsyncIterator[None]:
    """The app's start-up, the block, the app's shutdown; raises what the app raises."""
    asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    life = asyncio.ensure_future(app({"type": "lifespan"}, asked.get, told.put))
    await _ask("startup", asked, told, life)
    try:
        yield
    finally:
        await _ask("shutdown", asked, told, life)
        await life


async def _ask(
    event: str,
    asked: asyncio.Queue[dict[str, Any]],
    told: asyncio.Queue[dict[str, Any]],
    life: "asyncio.Future[None]",
) -> None:
    await asked.put({"type": f"lifespan.{event}"})
    answer: asyncio.Future[Any] = asyncio.ensure_future(told.get())
    awaited: set[asyncio.Future[Any]] = {answer, life}
    await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
    if not answer.done():
        answer.cancel()
        life.result()
        raise RuntimeError(f"The app ended instead of completing its {event}.")
    if answer.result()["type"] != f"lifespan.{event}.complete":
        raise RuntimeError(f"The app's {event} failed: {answer.result().get('message')}")
