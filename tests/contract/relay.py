"""A line to a server that can be slow, or dead without a word."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

WITHIN_S = 20


class Relay:
    """Carries bytes both ways. `delay_s` holds each piece back; while `deaf` is set everything is swallowed."""

    def __init__(self, port: int) -> None:
        self._to, self.port = port, 0
        self.delay_s, self.deaf = 0.0, False
        self.connections = 0
        self.carrying: set[asyncio.Task[None]] = set()

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._join(reader, writer))
        self.carrying.add(task)
        task.add_done_callback(self.carrying.discard)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_there, to_there = await asyncio.open_connection("127.0.0.1", self._to)
        ways = [asyncio.create_task(self._carry(*way)) for way in ((reader, to_there), (from_there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in (writer, to_there):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65536):
                await asyncio.sleep(self.delay_s)
                if not self.deaf:
                    writer.write(piece)


@contextlib.asynccontextmanager
async def relay(port: int) -> AsyncIterator[Relay]:
    """A relay to this port of the loopback address."""
    line = Relay(port)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        carrying = list(line.carrying)
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Ask until it is true; fail when that takes for ever."""
    async with asyncio.timeout(WITHIN_S):
        while not await true():
            await asyncio.sleep(0.02)
