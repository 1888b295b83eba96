"""What happens as time passes, with a clock moved by hand. Numbers are rules of edkit/sockets/SPEC.md."""

import asyncio

from edkit.sockets import SocketSettings
from tests.sockets.playground import Hands, Raw, Served, serving, until

WS = "EIO=4&transport=websocket"


async def polled(served: Served, query: str) -> bytes:
    raw = await Raw.dial(served.port)
    raw.writer.write(f"GET /socket.io/?EIO=4&transport=polling{query} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    return (await raw.answer())[1]


async def test_7_1_everybody_is_pinged_once_per_interval_and_stays_while_answering() -> None:
    hands = Hands()
    async with serving(call_later=hands) as served:
        raws = [await Raw.join(served.port) for _ in range(3)]
        for _ in range(3):
            await hands.advance(25)
            for raw in raws:
                assert await raw.text() == "2"
                await raw.say("3")
        await raws[0].say("2")
        assert await raws[0].text() == "3"  # before any further ping


async def test_7_2_who_does_not_answer_a_ping_is_gone_after_the_timeout() -> None:
    hands = Hands()
    async with serving(call_later=hands) as served:
        silent, talking = await Raw.join(served.port), await Raw.join(served.port)
        await hands.advance(25)
        assert await silent.text() == "2"
        await hands.advance(18)
        await talking.say('42/games,["echo"]')  # any packet shows that it lives
        await until(lambda: served.room.heard)
        assert not served.room.ended
        await hands.advance(2)
        await until(lambda: served.room.ended)
        assert served.room.ended[0][1] == "ping timeout"
        assert await silent.hung_up()
        assert len(served.room.sockets) == served.server.counters.timed_out == 1


async def test_7_2_a_polling_client_that_stops_polling_is_gone_too() -> None:
    hands = Hands()
    async with serving(call_later=hands) as served:
        sid = (await polled(served, ""))[1:].decode().split('"')[3]
        raw = await Raw.dial(served.port)
        raw.writer.write(
            f"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: h\r\n"
            "Content-Length: 9\r\n\r\n40/games,".encode()
        )
        assert (await raw.answer())[1] == b"ok"
        raw.hang_up()
        await hands.advance(44)
        assert not served.room.ended
        await hands.advance(1)
        await until(lambda: served.room.ended)
        assert served.room.ended[0][1] == "ping timeout"
        await hands.advance(10)
        assert not served.server.engine.sessions


async def test_7_3_sessions_that_join_no_namespace_are_reaped() -> None:
    hands = Hands()
    async with serving(call_later=hands) as served:
        raws = [await Raw.open(served.port) for _ in range(20)]
        sid = (await polled(served, ""))[1:].decode().split('"')[3]
        await Raw.join(served.port)
        await hands.advance(9.5)
        assert served.server.counters.reaped == 0
        await hands.advance(1.5)
        assert served.server.counters.reaped == 21
        for raw in raws:
            assert await raw.closed_with() == (1008, "join a namespace first")
            raw.hang_up()
        assert b"Session ID unknown" in await polled(served, "&sid=" + sid)
        assert len(served.room.sockets) == 1


async def test_7_3_a_session_whose_connect_is_being_decided_is_not_reaped() -> None:
    hands = Hands()
    async with serving(call_later=hands) as served:
        raw = await Raw.open(served.port)
        await raw.say('40/games,{"token":"slow"}')
        await until(lambda: served.room.auths)
        await hands.advance(12)
        assert served.server.counters.reaped == 0
        served.room.gate.set()
        await until(lambda: served.room.sockets)


async def test_7_4_a_peer_that_never_answers_our_close_is_cut() -> None:
    hands = Hands()
    async with serving(SocketSettings(closing_timeout_ms=5_000), call_later=hands) as served:
        raw = await Raw.join(served.port)
        await raw.say('42/games,["kick"]')
        assert (await raw.closed_with())[0] == 1000
        still_open = asyncio.create_task(raw.hung_up())
        await hands.advance(4)
        assert not still_open.done()
        await hands.advance(2)
        assert await still_open


async def test_7_4_a_probe_that_never_upgrades_is_cut_and_polling_goes_on() -> None:
    hands = Hands()
    async with serving(call_later=hands) as served:
        sid = (await polled(served, ""))[1:].decode().split('"')[3]
        raw = await Raw.open(served.port, f"{WS}&sid={sid}")
        await raw.say("2probe")
        assert await raw.text() == "3probe"
        second = await Raw.dial(served.port)
        assert (await second.shake(f"{WS}&sid={sid}"))[0] == 400
        assert await polled(served, "&sid=" + sid) == b"6"
        raw_post = await Raw.dial(served.port)
        raw_post.writer.write(
            f"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: h\r\n"
            "Content-Length: 9\r\n\r\n40/games,".encode()
        )
        assert (await raw_post.answer())[1] == b"ok"
        raw_post.hang_up()
        await hands.advance(11)
        assert await raw.hung_up()
        assert (await polled(served, "&sid=" + sid)).startswith(b"40/games,")
        assert served.server.counters.upgraded == 0


async def test_7_the_wheel_stands_still_while_nobody_rides() -> None:
    hands = Hands()
    async with serving(call_later=hands) as served:
        assert not hands.waiting
        raw = await Raw.join(served.port)
        assert len(hands.waiting) == 1
        raw.hang_up()
        await until(lambda: served.room.ended)
        await hands.advance(2)
        assert not hands.waiting
