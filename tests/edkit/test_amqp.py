"""The lean AMQP client against what no sane broker sends, and against bytes that come in any pieces."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import base, commands

from edkit.bus.rabbit import frames
from edkit.bus.rabbit.amqp import Address, Connection
from edkit.bus.rabbit.channel import LARGEST_BODY, Channel
from edkit.bus.rabbit.frames import Broken, Incoming

BODY = b"z" * 40


def message(channel: int = 1, body: bytes = BODY, tag: int = 7) -> bytes:
    """A delivery with all the properties that exist, as a broker sends it."""
    deliver = commands.Basic.Deliver(
        consumer_tag="ctag", delivery_tag=tag, redelivered=True, exchange="e", routing_key="k"
    )
    properties = (
        b"\xff\xf8"  # flags: everything but the cluster id
        + frames.short(b"application/json")
        + frames.short(b"utf8")
        + b"\x00\x00\x00\x06\x03keyt\x01"  # a table of one flag
        + b"\x02\x05"
        + b"".join(map(frames.short, (b"corr", b"amq.rabbitmq.reply-to.x", b"5000", b"mid")))
        + (1_800_000_000).to_bytes(8, "big")
        + b"".join(map(frames.short, (b"done", b"gateway", b"app")))
    )
    return b"".join(frames.content(channel, frames.method(channel, deliver), properties, body, 64))


async def handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A broker's side of it, up to an open channel."""

    async def hear(kind: type[base.Frame]) -> base.Frame:
        while True:
            head = await reader.readexactly(7)
            kind_of, _, size = frames.unpack_frame(head, 0)
            whole = head + await reader.readexactly(size + 1)
            if kind_of == frames.METHOD:
                heard = frames.read_method(whole)
                assert isinstance(heard, kind), heard
                return heard

    assert await reader.readexactly(8) == frames.HELLO
    writer.write(frames.method(0, commands.Connection.Start()))
    await hear(commands.Connection.StartOk)
    writer.write(frames.method(0, commands.Connection.Tune(channel_max=16, frame_max=4096, heartbeat=60)))
    await hear(commands.Connection.TuneOk)
    await hear(commands.Connection.Open)
    writer.write(frames.method(0, commands.Connection.OpenOk()))
    await hear(commands.Channel.Open)
    writer.write(frames.method(1, commands.Channel.OpenOk()))


Then = Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]


@asynccontextmanager
async def against(*sent: bytes, greets: bool = True) -> AsyncIterator[tuple[Connection, Channel, list[Incoming]]]:
    """A connection to somebody who greets like a broker and then sends these pieces, a moment apart."""
    got: list[Incoming] = []
    ready = asyncio.Event()

    async def broker(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if greets:
                await handshake(reader, writer)
                await ready.wait()
            for piece in sent:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            await reader.read()
        writer.close()
        over.set()

    over = asyncio.Event()
    server = await asyncio.start_server(broker, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with asyncio.timeout(10):
            connection = await Connection.open(Address(f"amqp://a:b@127.0.0.1:{port}/"), "test")
            channel = await connection.channel()
        channel.on_message = got.append
        ready.set()
        yield connection, channel, got
        connection.abort("the test is over")
    finally:
        server.close()
        async with asyncio.timeout(10):
            await over.wait()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.001)


async def test_every_property_is_read_or_stepped_over() -> None:
    async with against(message()) as (_, _, got):
        await until(lambda: bool(got))
    one = got[0]
    assert (one.tag, one.redelivered, one.body) == (7, True, BODY)
    assert (one.correlation, one.reply_to, one.expiration) == (b"corr", b"amq.rabbitmq.reply-to.x", b"5000")
    assert (one.kind, one.user) == (b"done", b"gateway")


async def test_messages_arrive_whole_however_their_bytes_are_cut() -> None:
    whole = message() + frames.BEAT + message(body=b"", tag=8) + message(tag=9)
    for size in (1, 2, 3, 7, 8, 61, 1000):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        async with against(*pieces) as (_, _, got):
            await until(lambda got=got: len(got) == 3)  # type: ignore[misc]
        assert [(one.tag, one.body) for one in got] == [(7, BODY), (8, b""), (9, BODY)]


HOSTILE = {
    "no AMQP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "no frame end": frames.BEAT[:-1] + b"\x00" + frames.BEAT,
    "an unknown kind": b"\x09\x00\x00\x00\x00\x00\x00\xce",
    "a frame larger than agreed": b"\x03\x00\x01\x00\x01\x00\x01\x00",
    "a channel never opened": message(channel=5),
    "a body without a header": frames._FRAME.pack(frames.BODY, 1, 3) + b"abc\xce",
    "a header without a message": b"\x02\x00\x01\x00\x00\x00\x0e\x00\x3c\x00\x00" + b"\x00" * 8 + b"\x00\x00\xce",
    "a longer body than was said": message()[:-1] + b"\xce" + frames._FRAME.pack(frames.BODY, 1, 1) + b"x\xce",
    "a message within a message": frames.method(1, commands.Basic.Deliver("c", 1, False, "", "k")) * 2,
    "a method that is none": b"\x01\x00\x01\x00\x00\x00\x04\x00\xff\x00\xff\xce",
    "a method cut short": b"\x01\x00\x01\x00\x00\x00\x05\x00\x3c\x00\x32\x00\xce",
    "a delivery cut short": b"\x01\x00\x01\x00\x00\x00\x06\x00\x3c\x00\x3c\xff\x00\xce",
    "an answer that nobody asked for": frames.method(1, commands.Queue.BindOk()),
    "a header cut short": frames.method(1, commands.Basic.Deliver("c", 1, False, "", "k"))
    + b"\x02\x00\x01\x00\x00\x00\x0f\x00\x3c\x00\x00"
    + b"\x00" * 8
    + b"\x04\x00\xff\xce",
    "a closed channel": frames.method(1, commands.Channel.Close(404, "NOT_FOUND", 0, 0)),
    "a closed connection": frames.method(0, commands.Connection.Close(320, "CONNECTION_FORCED", 0, 0)),
    "a queue that is gone": frames.method(1, commands.Basic.Cancel("c")),
}


@pytest.mark.parametrize("sent", HOSTILE.values(), ids=HOSTILE)
async def test_what_makes_no_sense_ends_the_connection_with_a_reason(sent: bytes) -> None:
    async with against(sent) as (connection, channel, _):
        async with asyncio.timeout(10):
            assert await connection.lost
        with pytest.raises(Broken):
            await channel.check_exchange("any")


@given(st.binary(max_size=200))
def test_no_bytes_at_all_crash_the_reader(noise: bytes) -> None:
    async def feed() -> None:
        connection = Connection()
        connection.data_received(noise)
        connection.data_received(message(channel=0) + noise)
        connection.data_received(b"\xce" * 200_000)
        assert connection.lost.done()

    asyncio.run(feed())


async def test_a_blocked_connection_says_why_until_it_is_free_again() -> None:
    blocked = frames.method(0, commands.Connection.Blocked("low on memory"))
    async with against(blocked) as (connection, _, _):
        await until(lambda: connection.blocked == "low on memory")
    async with against(blocked, frames.method(0, commands.Connection.Unblocked()), message()) as (connection, _, got):
        await until(lambda: bool(got))
        assert connection.blocked == ""


async def test_a_body_beyond_the_limit_is_not_kept_and_what_follows_is_whole() -> None:
    deliver = frames.method(1, commands.Basic.Deliver("c", 1, False, "", "k"))
    size = LARGEST_BODY + 1
    header = b"\x02\x00\x01\x00\x00\x00\x0e\x00\x3c\x00\x00" + size.to_bytes(8, "big") + b"\x00\x00\xce"
    piece = frames._FRAME.pack(frames.BODY, 1, 4088) + b"x" * 4088 + b"\xce"
    whole, rest = divmod(size, 4088)
    last = frames._FRAME.pack(frames.BODY, 1, rest) + b"x" * rest + b"\xce"
    async with against(deliver + header, *[piece * 256] * (whole // 256), piece * (whole % 256) + last, message()) as (
        _,
        _,
        got,
    ):
        await until(lambda: len(got) == 2)
    assert [one.body for one in got] == [None, BODY]


async def test_who_does_not_greet_like_a_broker_is_left() -> None:
    with pytest.raises(Broken):
        async with against(b"SSH-2.0-OpenSSH_9.2p1\r\n", greets=False):
            raise AssertionError("unreachable")


def test_an_address_that_is_none_is_refused() -> None:
    for url in ("http://host/", "amqp:", "memory:"):
        with pytest.raises(ValueError, match="looks like"):
            Address(url)
    one = Address("amqps://u%40x:p%2Fw@host/%2Fv")
    assert (one.user, one.password, one.port, one.vhost) == ("u@x", "p/w", 5671, "/v")
