"""Server-sent events: one job followed until its end, for clients that speak no Socket.IO.

A stream asks for the row again and again; a notice that the job has gone on only makes that sooner. So a lost notice
delays an event and loses none.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from edkit import metrics
from edkit.contracts.jobs import TERMINAL, Job
from edkit.errors import AppError, NotFound, TooMany, Unauthenticated
from edkit.service import Runtime

streams_open = metrics.gauge("job_streams", "Jobs followed over server-sent events")

STATE = "streams"
EACH = 10
"""Streams of one person. A browser allows six to one server over HTTP/1.1."""
ALTOGETHER = 2_000
LOOK_EVERY_S = 2.0
QUIET_S = 15.0
"""How long a stream says nothing, until a comment tells proxies and clients that it is still there."""
COME_BACK_MS = 2_000
"""What a client is told to wait before it comes back."""

Look = Callable[[], Awaitable[Job]]
"""Asks how the job stands. Raises Unauthenticated once whoever follows it is signed out."""


class Stream:
    """One client that follows one job."""

    def __init__(self, streams: "Streams", owner: str, job_id: str) -> None:
        self._streams, self.owner, self.job_id = streams, owner, job_id
        self._clock = streams.clock
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Look now."""
        self._news.set()

    def close(self) -> None:
        """The stream counts no longer."""
        self._streams.forget(self)

    async def events(self, job: Job, seen: int | None, look: Look) -> AsyncIterator[bytes]:
        """Each newer state than `seen`, until the job's end, the end of the sign-in, or this gateway's."""
        yield b"retry: %d\n\n" % COME_BACK_MS
        spoken_at = self._clock.monotonic()
        while True:
            if seen is None or job.version > seen:
                seen = job.version
                yield _event(job)
                spoken_at = self._clock.monotonic()
            if job.status in TERMINAL:
                return
            if self._clock.monotonic() - spoken_at >= QUIET_S:
                yield b": still here\n\n"
                spoken_at = self._clock.monotonic()
            await self._nap()
            if self._streams.leaving:
                yield b": this server is leaving, come back\n\n"
                return
            try:
                job = await look()
            except (Unauthenticated, NotFound):  # signed out, or the job was forgotten: asked again, it is said why
                return
            except AppError:
                continue  # nobody to ask just now

    async def _nap(self) -> None:
        """Until there is news, or it is time to look whether a notice was lost."""
        waits = [asyncio.ensure_future(self._news.wait()), asyncio.ensure_future(self._clock.sleep(LOOK_EVERY_S))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        self._news.clear()


class Streams:
    """Everybody who follows a job at this gateway."""

    def __init__(self, runtime: Runtime) -> None:
        self.clock, self.leaving = runtime.clock, False
        self._by_owner: dict[str, set[Stream]] = {}
        self._count = 0

    def open(self, owner: str, job_id: str) -> Stream:
        """A new stream, which `close` must end. Raises TooMany."""
        if len(self._by_owner.get(owner, ())) >= EACH or self._count >= ALTOGETHER:
            words = "As many jobs as possible are followed already. Close a window, or ask for the job itself."
            raise TooMany(words, code="too_many_streams", retry_after_ms=5_000)
        stream = Stream(self, owner, job_id)
        self._by_owner.setdefault(owner, set()).add(stream)
        self._count += 1
        streams_open.inc()
        return stream

    def forget(self, stream: Stream) -> None:
        """This one has ended."""
        mine = self._by_owner.get(stream.owner, set())
        if stream in mine:
            mine.discard(stream)
            self._count -= 1
            streams_open.dec()
        if not mine:
            self._by_owner.pop(stream.owner, None)

    def wake(self, owner: str, job_id: str | None = None) -> None:
        """Something has happened to this person, or to this job of theirs: each stream finds out what."""
        for stream in self._by_owner.get(owner, ()):
            if job_id in (None, stream.job_id):
                stream.wake()

    def leave(self) -> None:
        """This gateway is leaving: all streams end, so that their clients come back elsewhere."""
        self.leaving = True
        for mine in self._by_owner.values():
            for stream in mine:
                stream.wake()


class Following(StreamingResponse):
    """The answer that a stream is. However it ends, the stream is closed."""

    def __init__(self, stream: Stream, events: AsyncIterator[bytes]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, headers=headers, media_type="text/event-stream")
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stream.close()


def last_seen(header: str, job: Job) -> int | None:
    """The version that `Last-Event-ID` names; None when it is none of this job's, so that everything is told anew."""
    if not (header.isascii() and header.isdigit() and len(header) <= 18):
        return None
    version = int(header)
    return version if version <= job.version else None


def streams_of(runtime: Runtime) -> Streams:
    """Those of a running gateway."""
    known = runtime.state.get(STATE)
    if not isinstance(known, Streams):
        known = runtime.state[STATE] = Streams(runtime)
    return known


def _event(job: Job) -> bytes:
    name = job.status if job.status in TERMINAL else "progress"
    return f"id: {job.version}\nevent: {name}\ndata: {job.model_dump_json()}\n\n".encode()
