"""Responsible for letting go of connections whose callers have gone."""

from typing import Any

from hypercorn.asyncio import tcp_server


def install() -> None:
    """hypercorn 0.18 would keep their sockets for the whole keep-alive time, one for each call."""
    server: Any = tcp_server.TCPServer
    read, wait_idle = server._read_data, server._idle_timeout

    async def read_to_the_end(self: Any) -> None:
        await read(self)
        await self.idle_task.stop()

    async def wait_while_there_is_a_caller(self: Any) -> None:
        # An answer may be ready only after its caller has gone: then nothing is waited for.
        if not self.reader.at_eof():
            await wait_idle(self)

    server._read_data = read_to_the_end
    server._idle_timeout = wait_while_there_is_a_caller
