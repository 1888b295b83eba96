"""The peer: python-socketio as its manual shows it, on uvicorn with uvloop and httptools."""

from typing import Any

import socketio
import uvicorn

from tests.bench.entry import NAMESPACE, QUESTION, arguments, receipt
from tests.bench.store import AnswerStore


def application(store: AnswerStore | None) -> Any:
    server = socketio.AsyncServer(async_mode="asgi")

    @server.on("join", namespace=NAMESPACE)
    async def join(sid: str, body: dict[str, Any]) -> dict[str, object]:
        await server.enter_room(sid, body["room"], namespace=NAMESPACE)
        return {"ok": True}

    @server.on("answer", namespace=NAMESPACE)
    async def answer(sid: str, body: dict[str, Any]) -> dict[str, object]:
        if store is not None:
            await store.add((sid, body["questionId"], body["choice"], body["elapsedMs"]))
        return receipt(body["questionId"])

    @server.on("bcast", namespace=NAMESPACE)
    async def bcast(sid: str, body: dict[str, Any]) -> dict[str, object]:
        for _ in range(body["n"]):
            await server.emit("question", QUESTION, room=body["room"], namespace=NAMESPACE)
        return {"ok": True}

    @server.on("connect", namespace=NAMESPACE)
    async def connect(sid: str, environ: dict[str, Any]) -> None:
        pass

    return socketio.ASGIApp(server)


if __name__ == "__main__":
    port, answers = arguments()
    uvicorn.run(
        application(answers),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        backlog=4096,
        log_level="warning",
        access_log=False,
    )
