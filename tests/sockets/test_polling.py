"""The polling transport and the upgrade, request by request. Numbers are rules of edkit/sockets/SPEC.md."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from edkit.sockets import SocketSettings
from tests.sockets.playground import Classroom, Raw, Served, event, serving, until

POLL = {"EIO": "4", "transport": "polling"}


class Poller:
    """A polling client made of requests."""

    def __init__(self, served: Served) -> None:
        self.http = httpx.AsyncClient(base_url=served.url, timeout=5)
        self.sid = ""

    async def open(self) -> "Poller":
        opened = (await self.get()).text
        assert opened.startswith("0{")
        self.sid = httpx.Response(200, text=opened[1:]).json()["sid"]
        return self

    async def join(self) -> "Poller":
        await self.open()
        assert (await self.post("40/games,")).text == "ok"
        assert (await self.get()).text.startswith("40/games,")
        return self

    async def get(self, mark: str = "", **headers: str) -> httpx.Response:
        params = POLL | ({"sid": self.sid} if self.sid else {}) | ({"t": mark} if mark else {})
        return await self.http.get("/socket.io/", params=params, headers=headers)

    async def post(self, body: str | bytes, **headers: str) -> httpx.Response:
        params = POLL | ({"sid": self.sid} if self.sid else {})
        return await self.http.post("/socket.io/", params=params, content=body, headers=headers)


@pytest.fixture
async def poller(served: Served) -> AsyncIterator[Poller]:
    client = Poller(served)
    yield client
    await client.http.aclose()


async def test_3_1_packets_are_joined_both_ways(served: Served, poller: Poller) -> None:
    await poller.open()
    body = "\x1e".join(["40/games,", event("echo", "ä", ident=0), event("echo", 2, ident=1)])
    assert (await poller.post(body)).text == "ok"
    answer = await poller.get()
    assert answer.headers["content-type"] == "text/plain; charset=UTF-8"
    assert answer.headers["cache-control"] == "no-store"
    packets = answer.text.split("\x1e")
    assert packets[0].startswith("40/games,")
    assert packets[1:] == [
        '42/games,["state",{"seq":7}]',
        '43/games,0[{"ok":true,"args":["ä"]}]',
        '43/games,1[{"ok":true,"args":[2]}]',
    ]


async def test_3_2_a_poll_waits_for_the_next_packet(served: Served, poller: Poller, room: Classroom) -> None:
    await poller.join()
    waiting = asyncio.create_task(poller.get())
    await asyncio.sleep(0.02)
    assert not waiting.done()
    (socket,) = room.sockets
    socket.emit("question", 1)
    socket.emit("question", 2)
    assert (await waiting).text == '42/games,["question",1]\x1e42/games,["question",2]'


async def test_3_2_a_second_poll_at_once_ends_the_session(served: Served, poller: Poller, room: Classroom) -> None:
    await poller.join()
    first = asyncio.create_task(poller.get())
    await until(lambda: any(s.mailbox and s.mailbox.poll for s in served.server.engine.sessions.values()))
    second = await poller.get()
    assert second.status_code == 400
    assert "one at a time" in second.json()["message"]
    assert (await first).status_code == 400
    await until(lambda: room.ended)
    assert room.ended[0][1] == "transport error"


async def test_3_2_a_poll_that_hangs_up_ends_the_session_at_once(
    served: Served, poller: Poller, room: Classroom
) -> None:
    await poller.join()
    waiting = asyncio.create_task(poller.get())
    await until(lambda: any(s.mailbox and s.mailbox.poll for s in served.server.engine.sessions.values()))
    waiting.cancel()
    await until(lambda: room.ended)
    assert room.ended[0][1] == "transport close"
    assert not served.server.engine.sessions


async def test_3_6_a_poll_repeated_after_its_answer_was_lost_gets_it_again(
    served: Served, poller: Poller, room: Classroom
) -> None:
    """Found by the chaos suite: a cut connection, a GET repeated by the HTTP library, and an event missing."""
    await poller.join()
    (socket,) = room.sockets
    socket.emit("question", 1)
    lost = await poller.get("a")
    socket.emit("question", 2)
    again = await poller.get("a")
    assert again.text == lost.text == '42/games,["question",1]'
    assert (await poller.get("b")).text == '42/games,["question",2]'


async def test_3_6_a_waiting_poll_that_comes_again_waits_in_place_of_the_first(
    served: Served, poller: Poller, room: Classroom
) -> None:
    await poller.join()
    (socket,) = room.sockets
    (session,) = served.server.engine.sessions.values()
    first = asyncio.create_task(poller.get("a"))
    await until(lambda: session.mailbox and session.mailbox.poll)
    second = asyncio.create_task(poller.get("a"))
    assert (await first).text == "6"
    socket.emit("question", 1)
    assert (await second).text == '42/games,["question",1]'
    assert not room.ended


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b"x" * 100_001, 413, "100000"),
        (b"4\xff", 400, "UTF-8"),
        (b"bAAEC", 400, "binary"),
        (b"451-/games,[]", 400, "binary"),
        (b"", 400, "packet type"),
        (b"8", 400, "packet type"),
        (b"42/games,[7]", 400, "event"),
    ],
)
async def test_3_4_a_bad_body_ends_the_session_and_says_why(
    served: Served, poller: Poller, room: Classroom, body: bytes, status: int, word: str
) -> None:
    await poller.join()
    answer = await poller.post(body)
    assert answer.status_code == status
    assert word in answer.json()["message"]
    await until(lambda: room.ended)
    assert (await poller.get()).status_code == 400


async def test_3_3_a_chunked_body_is_measured_as_it_comes(served: Served, poller: Poller) -> None:
    await poller.join()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"4" * 10_000

    answer = await poller.http.post("/socket.io/", params=POLL | {"sid": poller.sid}, content=endless())
    assert answer.status_code == 413


async def test_3_3_a_body_that_comes_too_slowly_is_given_up() -> None:
    async with serving(SocketSettings(request_timeout_ms=100)) as served:
        poller = await Poller(served).join()
        raw = await Raw.dial(served.port)
        raw.writer.write(
            f"POST /socket.io/?EIO=4&transport=polling&sid={poller.sid} HTTP/1.1\r\nHost: h\r\n"
            "Content-Length: 50\r\n\r\n42".encode()
        )
        status, body = await raw.answer()
        assert status == 408
        assert b"too slowly" in body
        await poller.http.aclose()


async def test_3_3_a_second_post_at_once_ends_the_session(served: Served, poller: Poller, room: Classroom) -> None:
    await poller.join()
    raw = await Raw.dial(served.port)
    raw.writer.write(
        f"POST /socket.io/?EIO=4&transport=polling&sid={poller.sid} HTTP/1.1\r\nHost: h\r\n"
        "Content-Length: 50\r\n\r\n42".encode()
    )
    await until(lambda: any(s.mailbox and s.mailbox.reading for s in served.server.engine.sessions.values()))
    assert (await poller.post("3")).status_code == 400
    await until(lambda: room.ended)


async def test_3_4_packets_before_the_bad_one_count(served: Served, poller: Poller, room: Classroom) -> None:
    await poller.join()
    assert (await poller.post("\x1e".join([event("echo", 1), "9", event("echo", 2)]))).status_code == 400
    assert room.heard == [("echo", [1])]


async def test_3_7_the_clients_close_packet_ends_the_session(served: Served, poller: Poller, room: Classroom) -> None:
    await poller.join()
    assert (await poller.post("41/games,\x1e1")).text == "ok"
    await until(lambda: room.ended)
    assert room.ended[0][1] == "client namespace disconnect"


async def test_5_8_a_pollers_next_packet_waits_while_too_many_handlers_do() -> None:
    async with serving(SocketSettings(max_running=4)) as served:
        poller = await Poller(served).join()
        posting = asyncio.create_task(poller.post("\x1e".join(event("later", n) for n in range(20))))
        await until(lambda: len([1 for name, _ in served.room.heard if name == "later"]) == 4)
        await asyncio.sleep(0.02)
        assert not posting.done()
        served.room.gate.set()
        assert (await posting).text == "ok"
        await until(lambda: len(served.room.finished) == 20)
        assert served.room.finished == [[n] for n in range(20)]
        await poller.http.aclose()


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("GET", {"EIO": "3", "transport": "polling"}, 5),
        ("GET", {"transport": "polling"}, 5),
        ("GET", {"EIO": "4", "transport": "websocket"}, 0),
        ("GET", {"EIO": "4", "transport": "polling", "sid": "guessed"}, 1),
        ("POST", {"EIO": "4", "transport": "polling"}, 2),
        ("PUT", {"EIO": "4", "transport": "polling"}, 2),
    ],
)
async def test_1_1_requests_are_judged_as_engine_io_does(
    served: Served, poller: Poller, method: str, params: dict[str, str], code: int
) -> None:
    answer = await poller.http.request(method, "/socket.io/", params=params)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert not served.server.engine.sessions


async def test_1_4_a_draining_server_takes_no_new_sessions_but_serves_the_present(
    served: Served, poller: Poller
) -> None:
    await poller.join()
    served.server.drain()
    late = Poller(served)
    refused = await late.get()
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "5"
    await late.http.aclose()
    assert (await poller.post(event("echo", 1, ident=5))).text == "ok"
    assert "43/games,5" in (await poller.get()).text


async def test_3_5_pages_of_allowed_origins_get_cors_headers_and_others_nothing() -> None:
    async with serving(SocketSettings(allowed_origins=("https://play.example",))) as served:
        poller = Poller(served)
        answer = await poller.get(Origin="https://play.example")
        assert answer.headers["access-control-allow-origin"] == "https://play.example"
        assert answer.headers["vary"] == "origin"
        for origin in ("https://evil.example", "null", "https://play.example.evil"):
            refused = await poller.get(Origin=origin)
            assert refused.status_code == 403
            assert "access-control-allow-origin" not in refused.headers
        same = await poller.get(Origin=served.url)
        assert same.status_code == 200
        assert "access-control-allow-origin" not in same.headers
        preflight = await poller.http.options("/socket.io/", headers={"Origin": "https://play.example"})
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-methods"] == "GET, POST"
        denied = await poller.http.options("/socket.io/", headers={"Origin": "https://evil.example"})
        assert denied.status_code == 403
        await poller.http.aclose()


async def test_4_the_upgrade_loses_and_reorders_nothing(served: Served, poller: Poller, room: Classroom) -> None:
    await poller.join()
    (socket,) = room.sockets
    waiting = asyncio.create_task(poller.get())
    raw = await Raw.open(served.port, f"EIO=4&transport=websocket&sid={poller.sid}")
    await raw.say("2probe")
    assert await raw.text() == "3probe"
    assert (await waiting).text == "6"
    socket.emit("question", 1)
    assert (await poller.get()).text == '42/games,["question",1]'
    assert (await poller.get()).text == "6"  # while upgrading, polls come straight back
    socket.emit("question", 2)
    socket.emit("question", 3)
    await raw.say("5", event("echo", "first", ident=1))
    assert [await raw.text() for _ in range(3)] == [
        '42/games,["question",2]',
        '42/games,["question",3]',
        '43/games,1[{"ok":true,"args":["first"]}]',
    ]
    refused = await poller.get()
    assert refused.status_code == 400
    assert "websocket" in refused.json()["message"]
    assert served.server.counters.upgraded == 1
    assert not room.ended


@pytest.mark.parametrize("last_words", [["nonsense"], ["2probe", "40/games,"], ["2probe"]])
async def test_4_3_a_failed_probe_leaves_polling_as_it_was(
    served: Served, poller: Poller, room: Classroom, last_words: list[str]
) -> None:
    await poller.join()
    raw = await Raw.open(served.port, f"EIO=4&transport=websocket&sid={poller.sid}")
    await raw.say(*last_words)
    raw.hang_up()
    await until(lambda: not any(s.mailbox and s.mailbox.upgrading for s in served.server.engine.sessions.values()))
    (socket,) = room.sockets
    socket.emit("question", 1)
    assert (await poller.get()).text == '42/games,["question",1]'
    again = await Raw.open(served.port, f"EIO=4&transport=websocket&sid={poller.sid}")
    await again.say("2probe")
    assert await again.text() == "3probe"


async def test_4_4_a_websocket_is_not_upgraded_again(served: Served) -> None:
    first = await Raw.join(served.port)
    (sid,) = served.server.engine.sessions
    second = await Raw.dial(served.port)
    assert (await second.shake(f"EIO=4&transport=websocket&sid={sid}"))[0] == 400
    await first.say("2")
    assert await first.text() == "3"
