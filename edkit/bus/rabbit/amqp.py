"""A lean AMQP 0-9-1 client for messages that are not stored: no task and no queue between a message and the socket.

It knows what Requests need: PLAIN over TCP or TLS, channels, consuming and acknowledging, mandatory publishing without
confirms. A `Connection` is used until it is lost and never repairs itself; who holds it makes a new one.
"""

import asyncio
import ssl
import struct
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

from pamqp import base, commands
from pamqp.common import FieldTable

from edkit.bus.rabbit import frames
from edkit.bus.rabbit.channel import Channel
from edkit.bus.rabbit.frames import Broken

HEARTBEAT_S = 8
"""Both sides speak at least every four seconds."""
SILENCE_TICKS = 9
"""Ticks (seconds) of our own time, not of the wall's, without a byte until the broker is dead to us: a process that was
stopped itself reads first what came meanwhile."""
FRAME_MAX = 131_072
SMALLEST_FRAME_MAX = 4_096
CHANNELS = 16
BUFFERED = 2**20
"""Bytes that may wait for the network before who sends has to wait, too."""
GOODBYE_S = 1.0
STALL_S = 2.0
"""A process that has not been round its loop for so long was stopped, or had no processor."""

_CAPABILITIES: FieldTable = {
    "authentication_failure_close": True,  # so that a wrong password is told, not only hung up on
    "basic.nack": True,
    "connection.blocked": True,
    "consumer_cancel_notify": True,
}


class Address:
    """What an `amqp:` or `amqps:` URL says: `amqps://user:password@host:5671/vhost?cafile=/path/ca.pem`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("amqp", "amqps") or not parts.hostname:
            raise ValueError("the address of a broker looks like amqp://user:password@host:5672/vhost")
        self.secure = parts.scheme == "amqps"
        self.host, self.port = parts.hostname, parts.port or (5671 if self.secure else 5672)
        self.user, self.password = unquote(parts.username or "guest"), unquote(parts.password or "guest")
        self.vhost = unquote(parts.path[1:]) or "/"
        self._cafile = parse_qs(parts.query).get("cafile", [None])[0]

    def tls(self) -> ssl.SSLContext:
        """How to prove that the broker is the one meant. Reads files."""
        return ssl.create_default_context(cafile=self._cafile)


class Connection(asyncio.Protocol):
    """One connection, from `open` until `lost` is done; the result of `lost` says why."""

    tick_s = 1.0

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        self.blocked = ""
        """Why the broker takes no messages at the moment; empty when it does."""
        self.stood_still_s = 0.0
        """How long what arrives now may have waited for us to read it; 0 in a process that goes on as it should."""
        self.frame_max = FRAME_MAX
        self.user = ""
        self._transport: asyncio.Transport | None = None
        self._held = b""
        self._out: list[bytes] = []
        self._channels: list[Channel] = [Channel(self, 0)]
        self._silent = self._idle = 0
        self._last_tick = self._loop.time()
        self._ticking: asyncio.TimerHandle | None = None
        self._writable: asyncio.Future[None] | None = None

    @classmethod
    async def open(cls, address: Address, name: str) -> "Connection":
        """A connection that is ready for channels. Raises Broken or OSError; bound its time with a timeout."""
        loop = asyncio.get_running_loop()
        context = await asyncio.to_thread(address.tls) if address.secure else None
        _, connection = await loop.create_connection(
            cls, address.host, address.port, ssl=context, server_hostname=address.host if context else None
        )
        try:
            await connection._log_in(address, name)
        except BaseException:
            connection.abort("it could not be set up")
            raise
        return connection

    async def _log_in(self, address: Address, name: str) -> None:
        control = self._channels[0]
        await control.ask(frames.HELLO, commands.Connection.Start)
        login = commands.Connection.StartOk(
            client_properties={"connection_name": name, "product": "edtech", "capabilities": _CAPABILITIES},
            mechanism="PLAIN",
            response=f"\0{address.user}\0{address.password}",
        )
        tune = await control.do(login, commands.Connection.Tune)
        self.frame_max = min(tune.frame_max or FRAME_MAX, FRAME_MAX)
        if self.frame_max < SMALLEST_FRAME_MAX:
            raise Broken(f"frames of {self.frame_max} bytes")
        agreed = commands.Connection.TuneOk(channel_max=CHANNELS, frame_max=self.frame_max, heartbeat=HEARTBEAT_S)
        self.write(frames.method(0, agreed))
        await control.do(commands.Connection.Open(virtual_host=address.vhost), commands.Connection.OpenOk)
        self.user = address.user

    async def channel(self) -> Channel:
        """A new channel."""
        channel = Channel(self, len(self._channels))
        self._channels.append(channel)
        await channel.do(commands.Channel.Open(), commands.Channel.OpenOk)
        return channel

    def check(self) -> None:
        """Raises Broken when the connection is lost."""
        if self.lost.done():
            raise Broken(self.lost.result())

    def write(self, data: bytes) -> None:
        """Send bytes, with everything else that is written in this turn of the loop: one call of the system for many
        messages, and the broker wakes once for them. Nothing happens on a lost connection."""
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(data)

    def _flush(self) -> None:
        out, self._out = self._out, []
        if out and self._transport is not None and not self.lost.done():
            self._idle = 0
            self._transport.writelines(out)

    @property
    def full(self) -> bool:
        """Whether the network is slower than we are; `writable` waits until it has caught up."""
        return self._writable is not None

    async def writable(self) -> None:
        """Return when more may be written. Raises Broken when the connection is lost."""
        while self._writable is not None:
            await asyncio.shield(self._writable)
        self.check()

    def abort(self, reason: str) -> None:
        """Hang up now."""
        if self.lost.done():
            return
        self.lost.set_result(reason)
        if self._ticking is not None:
            self._ticking.cancel()
        if self._transport is not None:
            self._transport.abort()
        self._free()
        for channel in self._channels:
            channel.fail(Broken(reason))
        self._held = b""

    async def close(self, within_s: float = 1.0) -> None:
        """Say goodbye, then hang up."""
        if not self.lost.done():
            try:
                async with asyncio.timeout(within_s):
                    goodbye = commands.Connection.Close(reply_code=200, reply_text="", class_id=0, method_id=0)
                    await self._channels[0].do(goodbye, commands.Connection.CloseOk)
            except (Broken, TimeoutError):
                pass
            self.abort("it was closed")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=BUFFERED)
        self._last_tick = self._loop.time()
        self._ticking = self._loop.call_later(self.tick_s, self._tick)

    def connection_lost(self, exc: Exception | None) -> None:
        self.abort(f"it broke: {exc}" if exc else "the broker hung up")

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        self._free()

    def _free(self) -> None:
        waiting, self._writable = self._writable, None
        if waiting is not None:
            waiting.set_result(None)

    def _tick(self) -> None:
        now = self._loop.time()
        self._look_back(now)
        self._last_tick = now
        self._silent += 1
        self._idle += 1
        if self._silent > SILENCE_TICKS:
            self.abort(f"the broker has said nothing for {SILENCE_TICKS * self.tick_s:g} s")
            return
        if self._idle >= HEARTBEAT_S // 2:
            self.write(frames.BEAT)
        self._ticking = self._loop.call_later(self.tick_s, self._tick)

    def _look_back(self, now: float) -> None:
        if now - self._last_tick > STALL_S:
            self.stood_still_s = now - self._last_tick
            self._loop.call_later(STALL_S / 20, self._caught_up)

    def _caught_up(self) -> None:
        self.stood_still_s = 0.0

    def data_received(self, data: bytes) -> None:
        self._silent = 0
        self._look_back(self._loop.time())
        if self._held:
            data = self._held + data
        try:
            at = self._read(data)
        except Broken as fault:
            self._refuse(fault)
        except (IndexError, struct.error, ValueError):
            self._refuse(Broken("a frame that cannot be read"))
        else:
            self._held = data[at:]

    def _read(self, data: bytes) -> int:
        """Take every whole frame; how many bytes those were."""
        at, end, channels, largest = 0, len(data), self._channels, self.frame_max
        while end - at >= frames.OVERHEAD:
            kind, number, size = frames.unpack_frame(data, at)
            if size > largest:
                raise Broken("a frame that is larger than was agreed, or no AMQP at all")
            stop = at + 7 + size
            if stop >= end:
                break
            if data[stop] != frames.END or number >= len(channels):
                raise Broken("a frame without its end, or of a channel that was never opened")
            if kind == frames.METHOD:
                if data[at + 7 : at + 11] == b"\x00\x3c\x00\x3c":
                    channels[number].deliver(frames.read_deliver(data, at + 11, stop))
                else:
                    self._method(number, frames.read_method(data[at : stop + 1]))
            elif kind == frames.HEADER:
                channels[number].header(data, at + 7, stop)
            elif kind == frames.BODY:
                channels[number].body(data[at + 7 : stop])
            elif kind != frames.HEARTBEAT:
                raise Broken(f"a frame of the unknown kind {kind}")
            at = stop + 1
        return at

    def _method(self, number: int, received: base.Frame) -> None:
        if isinstance(received, commands.Connection.Close):
            self.write(frames.method(0, commands.Connection.CloseOk()))
            raise Broken(f"the broker closed it: {received.reply_code} {received.reply_text}")
        if isinstance(received, commands.Connection.Blocked):
            self.blocked = received.reason or "no reason was given"
        elif isinstance(received, commands.Connection.Unblocked):
            self.blocked = ""
        else:
            self._channels[number].method(received)

    def _refuse(self, fault: Broken) -> None:
        """End a connection that cannot go on."""
        self._flush()
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()  # what was written, such as an answer to its goodbye, still goes out
            self._loop.call_later(GOODBYE_S, transport.abort)
        self.abort(str(fault))
