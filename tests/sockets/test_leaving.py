"""How a server ends. Numbers are rules of edkit/sockets/SPEC.md."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from edkit.leaving import Leaving
from edkit.sockets import Socket, SocketServer
from tests.sockets.playground import Classroom, Raw, Served, event, until


async def test_8_1_sockets_are_told_to_come_back_slice_by_slice(served: Served, room: Classroom) -> None:
    raws = [await Raw.join(served.port) for _ in range(5)]
    closing = asyncio.create_task(served.server.close(at_once=2, pause_s=0.05))
    await until(lambda: len(room.ended) == 2)
    assert len(room.sockets) == 3
    await closing
    for raw in raws:
        assert await raw.closed_with() == (1012, "the server is leaving")
    assert {reason for _, reason in room.ended} == {"server shutting down"}


async def test_8_2_running_handlers_may_finish_but_not_for_ever(served: Served, room: Classroom) -> None:
    raw = await Raw.join(served.port)
    await raw.say(event("later", 1))
    await until(lambda: ("begun", [1]) in room.heard)
    closing = asyncio.create_task(served.server.close())
    await until(lambda: room.ended)
    assert not closing.done()
    room.gate.set()
    await closing
    assert room.finished == [[1]]
    room.gate.clear()
    served.server.engine.draining = False
    stuck = await Raw.join(served.port)
    await stuck.say(event("later", 2))
    await until(lambda: ("begun", [2]) in room.heard)
    await served.server.close(grace_s=0.01)
    assert room.finished == [[1]]


async def test_8_5_everybody_gets_a_moment_of_their_own_and_is_ended_after_it(served: Served, room: Classroom) -> None:
    raws = [await Raw.join(served.port) for _ in range(6)]
    told: dict[str, float] = {}
    ended_early: list[object] = []

    def tell(socket: Socket, after_s: float) -> None:
        told[socket.id] = after_s
        ended_early.extend(room.ended)

    await served.server.disperse(0.6, tell, Leaving())
    assert [round(after_s, 3) for after_s in told.values()] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert ended_early == []
    for raw in raws:
        assert await raw.closed_with() == (1012, "the server is leaving")
    await until(lambda: len(room.ended) == 6)
    assert [ident for ident, _ in room.ended] == list(told)
    late = await Raw.dial(served.port)
    assert (await late.shake("EIO=4&transport=websocket"))[0] == 503


async def test_8_5_a_handler_under_way_answers_before_its_session_ends(served: Served, room: Classroom) -> None:
    busy, idle = await Raw.join(served.port), await Raw.join(served.port)
    await busy.say(event("later", 1))
    await until(lambda: ("begun", [1]) in room.heard)
    leaving = asyncio.create_task(served.server.disperse(0.0, lambda _socket, _after: None, Leaving()))
    await asyncio.sleep(0.6)
    assert not room.ended
    room.gate.set()
    await leaving
    assert room.finished == [[1]]
    assert await idle.closed_with() == (1012, "the server is leaving")


async def test_8_5_in_a_hurry_nobody_is_waited_for(served: Served, room: Classroom) -> None:
    raws = [await Raw.join(served.port) for _ in range(3)]
    hurried = Leaving()
    dispersing = asyncio.create_task(served.server.disperse(3600, lambda _socket, _after: None, hurried))
    await asyncio.sleep(0.05)
    assert not dispersing.done()
    hurried.ask()
    hurried.ask()
    await dispersing
    await served.server.close()
    for raw in raws:
        assert await raw.closed_with() == (1012, "the server is leaving")


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def test_8_3_a_leaving_uvicorn_closes_every_websocket_and_ends() -> None:
    room = Classroom()
    server = SocketServer("/socket.io/", {"/games": room})
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        server.asgi, ws=server.websocket_protocol(), lifespan="off", log_config=None, http="httptools"
    )
    web = _Uvicorn(config)
    running = asyncio.create_task(web.serve(sockets=[listening]))
    await until(lambda: web.started)
    raw = await Raw.join(listening.getsockname()[1])
    web.should_exit = True
    assert await raw.closed_with() == (1012, "the server is leaving")
    raw.hang_up()
    async with asyncio.timeout(5):
        await running
    assert [reason for _, reason in room.ended] == ["server shutting down"]
    assert not server.engine.sessions
