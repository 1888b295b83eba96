"""A robot's connection: one Socket.IO client that is given up and made anew as often as it takes."""

from collections.abc import Callable
from typing import Any

import socketio
from socketio.exceptions import BadNamespaceError, ConnectionError, SocketIOError, TimeoutError

NAMESPACE = "/games"

PATIENCE_S = 5.0
"""How long an acknowledgement may take before it is asked for again."""


class Lost(Exception):
    """The connection went, or nothing came in time: what was asked may or may not have happened."""


class Line:
    """One connection to the game server. `hear` is called with every event; a probe is acknowledged by itself."""

    def __init__(self, url: str, hear: Callable[[str, dict[str, Any]], None], *, verify_tls: bool = True) -> None:
        self._url, self._hear, self._verify = url, hear, verify_tls
        self._client: socketio.AsyncClient | None = None

    @property
    def up(self) -> bool:
        return self._client is not None and NAMESPACE in self._client.namespaces

    async def open(self, auth: dict[str, Any]) -> None:
        """Connect anew. Raises Lost."""
        await self.close()
        client = socketio.AsyncClient(reconnection=False, ssl_verify=self._verify)

        async def heard(event: str, *args: Any) -> dict[str, Any]:
            if client is self._client:
                self._hear(event, args[0] if args and isinstance(args[0], dict) else {})
            return {"ok": True}

        client.on("*", heard, namespace=NAMESPACE)
        self._client = client
        try:
            await client.connect(
                self._url, auth=auth, namespaces=[NAMESPACE], transports=["websocket"], wait_timeout=PATIENCE_S
            )
        except (ConnectionError, OSError, ValueError) as error:
            await self.close()
            raise Lost(str(error)) from error

    async def ask(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The acknowledgement. Raises Lost."""
        if self._client is None:
            raise Lost("not connected")
        try:
            answer = await self._client.call(event, payload, namespace=NAMESPACE, timeout=PATIENCE_S)
        except (BadNamespaceError, TimeoutError, SocketIOError, OSError) as error:
            raise Lost(str(error) or type(error).__name__) from error
        return answer if isinstance(answer, dict) else {}

    async def close(self) -> None:
        """Hang up."""
        client, self._client = self._client, None
        if client is not None:
            await client.disconnect()
            await client.shutdown()
