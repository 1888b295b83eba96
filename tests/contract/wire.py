"""A TCP line between a client and a server that a test can cut, hold, and end in TLS."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Wire:
    """Forwards every connection to `host:port`."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._lines: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._open = True
        self.port = 0
        self.connections = 0
        self.held = 0

    def cut(self, *, refuse: bool = False) -> None:
        """Break every connection now; with `refuse` new ones break at once, until `mend`."""
        self._open = not refuse
        for line in list(self._lines):
            line.transport.abort()

    def mend(self) -> None:
        """Let everything through again."""
        self._open = True
        self._flows.set()

    def hold(self) -> None:
        """Deliver nothing, in either direction, without a word, until `mend`."""
        self._flows.clear()

    async def joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        if not self._open:
            writer.transport.abort()
            return
        self.connections += 1
        inward, outward = await asyncio.open_connection(*self._target)
        self._lines |= {writer, outward}
        try:
            await asyncio.gather(self._pump(reader, outward), self._pump(inward, writer))
        finally:
            self._lines -= {writer, outward}

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                self.held += len(data)
                await self._flows.wait()
                self.held -= len(data)
                target.write(data)
                await target.drain()
        target.transport.abort()


@asynccontextmanager
async def wired(url: str, context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[Wire, str]]:
    """A wire to the server that `url` names, and the URL of its near end."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    wire = Wire(parts.hostname, parts.port)
    server = await asyncio.start_server(wire.joined, "127.0.0.1", 0, ssl=context)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire, url.replace(f":{parts.port}/", f":{wire.port}/")
    finally:
        server.close()
        wire.cut(refuse=True)
        await server.wait_closed()
