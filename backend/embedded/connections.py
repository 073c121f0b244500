"""Responsible for letting go of connections whose callers have gone."""

from typing import Any

from hypercorn.asyncio import tcp_server


def install() -> None:
    """hypercorn 0.18 would keep their sockets for the whole keep-alive time, one for each call."""
    server: Any = tcp_server.TCPServer
    read = server._read_data

    async def read_to_the_end(self: Any) -> None:
        await read(self)
        await self.idle_task.stop()

    server._read_data = read_to_the_end
