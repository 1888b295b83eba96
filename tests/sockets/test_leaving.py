"""How a server ends. Numbers are rules of edkit/sockets/SPEC.md."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from edkit.sockets import SocketServer
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
