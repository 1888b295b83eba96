"""Windows of the web app: they come back by themselves, and remember what each connection was told."""

import asyncio
import contextlib
from typing import Any

import aiohttp
import socketio

NAMESPACE, PATH = "/notifications", "/push/socket.io/"


class Window:
    """One window of one sign-in. `connections` holds, for each in turn, the jobs that it was told of."""

    def __init__(self, base: str, token: str) -> None:
        self._base, self._token = base, token
        self.connections: list[list[dict[str, Any]]] = []
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._task = asyncio.create_task(self._stay())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def told(self) -> list[dict[str, Any]]:
        """All of it."""
        return [one for connection in self.connections for one in connection]

    async def _stay(self) -> None:
        while True:
            with contextlib.suppress(socketio.exceptions.ConnectionError, aiohttp.ClientError, OSError, TimeoutError):
                await self._once()
            await asyncio.sleep(0.3)

    async def _once(self) -> None:
        async with aiohttp.ClientSession() as http:
            client, told, gone = socketio.AsyncClient(reconnection=False, http_session=http), [], asyncio.Event()
            client.on("notification", told.append, namespace=NAMESPACE)
            client.on("disconnect", lambda *_: gone.set(), namespace=NAMESPACE)
            names: dict[str, Any] = {"namespaces": [NAMESPACE], "socketio_path": PATH, "transports": ["websocket"]}
            try:
                await client.connect(self._base, auth={"token": self._token}, wait_timeout=10, **names)
                self.connections.append(told)
                await gone.wait()
            finally:
                await client.disconnect()
