"""Readers that do not read. Numbers are rules of edkit/sockets/SPEC.md."""

import asyncio

from edkit.sockets import Packet, Socket, SocketSettings, encode, fanout
from tests.sockets.playground import Hands, Raw, Served, frame, serving, until

SMALL = 4096  # the kernel's buffers, which would otherwise hold megabytes
LIMITS = SocketSettings(skip_above=16 * 1024, cut_above=128 * 1024)


def tick(number: int) -> Packet:
    return encode("/games", "answers_counted", {"n": number, "padding": "x" * 1000})


async def fill(served: Served, packet: Packet, droppable: bool, limit: int = 2000) -> int:
    """Broadcast, letting the loop run in between, until a counter moves; returns how often."""
    counters = served.server.counters
    before = (counters.skipped, counters.cut)
    for count in range(limit):
        fanout(served.room.sockets, packet, droppable)
        await asyncio.sleep(0)
        if (counters.skipped, counters.cut) != before:
            return count
    raise AssertionError("nobody was slow")


async def test_6_1_a_slow_reader_skips_what_is_droppable_while_others_get_it() -> None:
    async with serving(LIMITS, send_buffer=SMALL) as served:
        await Raw.join(served.port, receive_buffer=SMALL)
        quick = await Raw.join(served.port)
        reader = Reader(quick)
        sent = await fill(served, tick(1), droppable=True) + 1
        counters = served.server.counters
        while counters.skipped < 50 and sent < 2000:  # now and then the kernel takes a few more
            before = counters.skipped
            fanout(served.room.sockets, tick(2), droppable=True)
            sent += 1
            heavy = max(socket.buffered for socket in served.room.sockets)
            assert heavy < LIMITS.skip_above + 2000
            assert heavy > LIMITS.skip_above or counters.skipped == before
            await asyncio.sleep(0)
        assert counters.skipped == 50
        assert counters.cut == 0
        assert len(served.room.sockets) == 2
        await until(lambda: reader.events == sent)
        await reader.stop()


async def test_6_2_a_slow_reader_is_cut_when_too_much_waits_for_it() -> None:
    async with serving(LIMITS, send_buffer=SMALL) as served:
        await Raw.join(served.port, receive_buffer=SMALL)
        quick = await Raw.join(served.port)
        reader = Reader(quick)
        await fill(served, tick(1), droppable=False)
        assert served.server.counters.cut == 1
        await until(lambda: served.room.ended)
        assert [reason for _, reason in served.room.ended] == ["slow reader"]
        assert len(served.room.sockets) == 1
        assert fanout(served.room.sockets, tick(2)) == 1
        await reader.stop()


async def test_6_2_unread_acknowledgements_and_pongs_count_too() -> None:
    async with serving(LIMITS, send_buffer=SMALL) as served:
        slow = await Raw.join(served.port, receive_buffer=SMALL)
        question = '42/games,7["echo","' + "x" * 5000 + '"]'
        for _ in range(500):
            slow.writer.write(frame(question.encode()))
            await asyncio.sleep(0)
            if served.server.counters.cut:
                break
        await until(lambda: served.room.ended)
        assert served.room.ended[0][1] == "slow reader"


async def test_6_3_one_large_packet_goes_to_whoever_has_read_everything(served: Served) -> None:
    raw = await Raw.join(served.port)
    (socket,) = served.room.sockets
    socket.emit("state", "x" * 3_000_000)
    assert len(await raw.text()) > 3_000_000
    assert served.server.counters.cut == 0


async def test_6_4_a_poller_is_held_to_the_same_limits() -> None:
    async with serving(LIMITS, call_later=Hands()) as served:
        raw = await Raw.dial(served.port)
        raw.writer.write(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: h\r\n\r\n")
        sid = (await raw.answer())[1].decode().split('"')[3]
        target = f"/socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: h\r\n"
        raw.writer.write(f"POST {target}Content-Length: 9\r\n\r\n40/games,".encode())
        assert (await raw.answer())[1] == b"ok"
        (socket,) = served.room.sockets
        sent = await fill(served, tick(1), droppable=True)
        assert LIMITS.skip_above < socket.buffered < LIMITS.skip_above + 2000
        got: list[bytes] = []
        while len(got) < sent + 2:  # CONNECT, state and the ticks, in order and never more than 16 at once
            raw.writer.write(f"GET {target}\r\n".encode())
            batch = (await raw.answer())[1].split(b"\x1e")
            assert len(batch) <= 16
            got += batch
        assert got[0].startswith(b"40/games,")
        assert got[2:] == [tick(1).text] * sent
        assert socket.buffered == 0
        await fill(served, tick(1), droppable=False)
        await until(lambda: served.room.ended)
        assert served.room.ended[0][1] == "slow reader"
        raw.writer.write(f"GET {target}\r\n".encode())
        assert (await raw.answer())[0] == 400


async def test_6_5_a_broadcast_may_run_over_the_live_set_while_members_are_cut() -> None:
    async with serving(LIMITS, send_buffer=SMALL) as served:
        for _ in range(10):
            await Raw.join(served.port, receive_buffer=SMALL)
        for _ in range(2000):
            fanout(served.room.sockets, tick(1))
            if not served.room.sockets:
                break
            await asyncio.sleep(0)
        assert served.server.counters.cut == 10
        await until(lambda: len(served.room.ended) == 10)


async def test_6_5_a_socket_that_is_still_connecting_gets_the_broadcast_after_its_answer(served: Served) -> None:
    raw = await Raw.open(served.port)
    await raw.text()
    await raw.say('40/games,{"token":"slow"}')
    await until(lambda: served.room.auths)
    (channel,) = next(iter(served.server.engine.sessions.values())).channels.values()
    assert isinstance(channel, Socket)
    fanout([channel], encode("/games", "question", 1))
    served.room.gate.set()
    assert (await raw.text()).startswith("40/games,")
    assert await raw.text() == '42/games,["state",{"seq":8}]'
    assert await raw.text() == '42/games,["question",1]'


async def test_6_5_a_room_of_hundreds_hears_a_broadcast_once_each(served: Served) -> None:
    raws = await asyncio.gather(*(Raw.join(served.port) for _ in range(300)))
    before = served.server.counters.messages_out
    await raws[0].say('42/games,["broadcast"]')
    heard = await asyncio.gather(*(raw.text() for raw in raws))
    assert set(heard) == {'42/games,["question",{"text":"Wie spät ist es?"}]'}
    assert served.server.counters.messages_out == before + 300
    for raw in raws:
        raw.hang_up()
    await until(lambda: served.server.counters.open_websocket == 0)


class Reader:
    """Reads on and counts."""

    def __init__(self, raw: Raw) -> None:
        self.events = 0
        self._task = asyncio.create_task(self._read(raw))

    async def _read(self, raw: Raw) -> None:
        while True:
            await raw.hear()
            self.events += 1

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
