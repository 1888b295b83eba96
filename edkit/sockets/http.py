"""uvicorn's HTTP protocol with the two limits it lacks: how long, and how large, a request's head may be."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
LARGEST_HEAD = 64 * 1024


class PunctualHttp(HttpToolsProtocol):
    """Cuts connections that do not finish a request's head within `HEAD_SECONDS` or `LARGEST_HEAD` bytes.

    Without it a client that sends a byte now and then holds its connection, and its memory, for ever. Between requests
    uvicorn's own keep-alive time counts. Its peers and their fate are uvicorn's in everything else.
    """

    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._watch()

    def handle_websocket_upgrade(self) -> None:
        """As uvicorn's own. What parsed the request is let go at once: its cycle of references would keep 4 KiB per
        websocket until the garbage collector's next full round, which a large heap puts off for long."""
        super().handle_websocket_upgrade()
        self.parser = self.scope = self.headers = self.flow = self.cycle = None  # type: ignore[assignment]  # see above

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deadline is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._deadline is not None and self._head_bytes > LARGEST_HEAD:
            self.transport.abort()

    def on_message_begin(self) -> None:
        if self._deadline is None:
            self._watch()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._unwatch()
        super().on_headers_complete()

    def _watch(self) -> None:
        self._head_bytes = 0
        self._deadline = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
