"""uvicorn's HTTP protocol with the limits it lacks: on a request's head, on how slowly a body comes and an answer is
taken, and on requests sent ahead of their answers."""

import asyncio

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
LARGEST_HEAD = 64 * 1024
BODY_SECONDS = 30.0
SLOWEST_BODY = 8 * 1024
"""Bytes of a body that must come within each `BODY_SECONDS`, unless it is whole by then."""
ANSWER_SECONDS = 60.0
"""How long a client may take nothing of an answer that waits for it."""
MOST_AHEAD = 8
"""Requests that one connection may send before earlier ones are answered."""


class PunctualHttp(HttpToolsProtocol):
    """Cuts connections that do not finish a request's head within `HEAD_SECONDS` or `LARGEST_HEAD` bytes, that send a
    body more slowly than `SLOWEST_BODY` or take nothing of an answer for `ANSWER_SECONDS`, and answers 400 to the
    request that is more than `MOST_AHEAD` ahead.

    Without it a client that sends a byte now and then holds its connection, and its memory, for ever, and one that
    never waits for an answer fills the memory by itself. Between requests uvicorn's own keep-alive time counts. Its
    peers and their fate are uvicorn's in everything else.
    """

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS
    answer_seconds = ANSWER_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._body_watch: asyncio.TimerHandle | None = None
        self._answer_watch: asyncio.TimerHandle | None = None
        self._watch()

    def handle_websocket_upgrade(self) -> None:
        """As uvicorn's own. What parsed the request is let go at once: its cycle of references would keep 4 KiB per
        websocket until the garbage collector's next full round, which a large heap puts off for long."""
        super().handle_websocket_upgrade()
        _cancel(self._body_watch)
        _cancel(self._answer_watch)
        self.parser = self.scope = self.headers = self.flow = self.cycle = None  # type: ignore[assignment]  # see above

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        _cancel(self._body_watch)
        _cancel(self._answer_watch)
        self.pipeline.clear()
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
        if len(self.pipeline) > MOST_AHEAD:
            raise HttpParserError("too many requests ahead of their answers")
        self._body_bytes = 0
        _cancel(self._body_watch)
        self._body_watch = self.loop.call_later(self.body_seconds, self._look_at_body)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        _cancel(self._body_watch)
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        _cancel(self._answer_watch)
        self._answer_watch = self.loop.call_later(self.answer_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        _cancel(self._answer_watch)
        super().resume_writing()

    def _look_at_body(self) -> None:
        if self._body_bytes < SLOWEST_BODY and not self.flow.read_paused:  # paused: it is we who are slow
            self.transport.abort()
            return
        self._body_bytes = 0
        self._body_watch = self.loop.call_later(self.body_seconds, self._look_at_body)

    def _watch(self) -> None:
        self._head_bytes = 0
        self._deadline = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    """Cancel the timer, if there is one."""
    if timer is not None:
        timer.cancel()
