"""Engine.IO 4 and Socket.IO 5 for stock clients, on asyncio's transports. `SPEC.md` has the numbered rules.

    games = SocketServer("/socket.io/", {"/games": Games(...)}, SocketSettings(...))
    uvicorn.Config(app, http=PunctualHttp, ws=websocket_protocol({games.path: games.engine}), proxy_headers=False)

with `games.asgi` mounted at the same path in `app`, for polling.
"""

from edkit.sockets.fanout import encode, fanout
from edkit.sockets.packets import Packet
from edkit.sockets.server import SocketServer
from edkit.sockets.settings import Counters, SocketSettings
from edkit.sockets.socket import Namespace, Socket
from edkit.sockets.websocket import WebSocket, joined, websocket_protocol

__all__ = [
    "Counters",
    "Namespace",
    "Packet",
    "Socket",
    "SocketServer",
    "SocketSettings",
    "WebSocket",
    "encode",
    "fanout",
    "joined",
    "websocket_protocol",
]
