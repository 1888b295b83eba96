"""A language model that is asked, says nothing until it is let go, and then that it is too busy."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
    b"Connection: close\r\n\r\n{}"
)


class SlowModel:
    """Holds work where it is for as long as a test looks at it. `asked` is set by the first call."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.let_go = asyncio.Event()
        self.url = ""

    @property
    def endpoints(self) -> str:
        """The setting that names it."""
        return json.dumps([{"name": "school", "url": self.url, "large": "teacher-model"}])

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            await reader.readexactly(int(head.partition("content-length:")[2].split()[0]))
            self.asked.set()
            await self.let_go.wait()
            writer.write(BUSY)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def slow_model() -> AsyncIterator[SlowModel]:
    """The model, listening; whoever still waits is answered at the end."""
    model = SlowModel()
    server = await asyncio.start_server(model.answer, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield model
    finally:
        model.let_go.set()
        server.close()
