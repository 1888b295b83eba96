"""Our socket server with the peer's entry points and the peer's store, so that only the socket layer differs."""

import asyncio
from typing import Any

import uvicorn

from edkit.sockets import Socket, SocketServer, SocketSettings, encode, fanout
from edkit.sockets.http import PunctualHttp
from tests.bench.entry import NAMESPACE, QUESTION, arguments, receipt
from tests.bench.store import AnswerStore


class Games:
    """`join`, `answer` and `bcast` in the namespace /games."""

    def __init__(self, store: AnswerStore | None) -> None:
        self._store = store
        self._rooms: dict[str, set[Socket]] = {}

    def connected(self, socket: Socket, auth: object) -> None:
        socket.state = None

    def received(self, socket: Socket, event: str, args: list[Any]) -> object:
        return getattr(self, event)(socket, args[0])

    def disconnected(self, socket: Socket, reason: str) -> None:
        if socket.state is not None:
            self._rooms[socket.state].discard(socket)

    def join(self, socket: Socket, body: dict[str, Any]) -> object:
        socket.state = body["room"]
        self._rooms.setdefault(body["room"], set()).add(socket)
        return {"ok": True}

    def answer(self, socket: Socket, body: dict[str, Any]) -> object:
        if self._store is None:
            return receipt(body["questionId"])
        acknowledged: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        stored = self._store.add((socket.id, body["questionId"], body["choice"], body["elapsedMs"]))
        stored.add_done_callback(lambda _: acknowledged.set_result(receipt(body["questionId"])))
        return acknowledged

    def bcast(self, socket: Socket, body: dict[str, Any]) -> object:
        for _ in range(body["n"]):
            fanout(self._rooms[body["room"]], encode(NAMESPACE, "question", QUESTION))
        return {"ok": True}


async def serve(port: int, store: AnswerStore | None) -> None:
    # One client plays thousands, and floods as no player may.
    settings = SocketSettings(max_per_address=20_000, max_packets=1_000_000_000)
    server = SocketServer("/socket.io/", {NAMESPACE: Games(store)}, settings)
    config = uvicorn.Config(
        server.asgi,
        host="127.0.0.1",
        port=port,
        http=PunctualHttp,
        ws=server.websocket_protocol(),
        lifespan="off",
        backlog=4096,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import uvloop

    port, answers = arguments()
    uvloop.run(serve(port, answers))
