"""The hub over Redis: one channel for each game, a connection to publish and another to subscribe.

What a server publishes reaches its own subscribers without Redis, at once. Others miss what is published while Redis is
away, and find it by their look of each second; when their connection is back, every subscriber is told that it may have
missed something.
"""

import asyncio
import math
from collections.abc import Iterator
from typing import Any

from edkit import log, metrics
from edkit.chance import SystemChance
from edkit.redis import PING_S, Command, Link
from edkit.seal import Seal
from game_server.hub import Receive

logger = log.get(__name__)
messages_total = metrics.counter(
    "game_hub_messages",
    "Messages of the hub: published, lost (Redis was away), received from others, own ones that came back, local,"
    " foreign (not sealed by this installation)",
    ["what"],
)
channels_live = metrics.gauge("game_hub_channels", "Games subscribed to")
_published, _lost, _received, _own, _local, _foreign = (
    messages_total.labels(what) for what in ("published", "lost", "received", "own", "local", "foreign")
)

CHANNEL = "edtech:game:"
CONFIRMED_S = 0.25
"""How long a subscriber waits for Redis; what it misses when that is too short, it is told later."""
_ORIGIN = 16
_AT_ONCE = 500
_SAY_AGAIN_S = 60


class RedisHub:
    """See `game_server.hub.Hub`."""

    def __init__(self, url: str, seal: Seal, *, ping_s: float = PING_S) -> None:
        self._seal, self._said_at = seal, -math.inf
        self._origin = SystemChance().token(_ORIGIN)[:_ORIGIN].encode()
        self._channels: dict[str, list[Receive]] = {}
        self._confirmed: set[str] = set()
        self._awaited: dict[str, asyncio.Future[None]] = {}
        self._publisher = Link(url, "hub publisher", ping_s=ping_s)
        self._subscriber = Link(url, "hub subscriber", ping_s=ping_s, heard=self._heard, connected=self._subscribe_all)

    async def publish(self, game_id: str, message: bytes) -> None:
        loop = asyncio.get_running_loop()
        for receive in self._channels.get(game_id, ()):
            _local.inc()
            loop.call_soon(receive, game_id, message)
        sent = await self._publisher.tell(
            ("PUBLISH", CHANNEL + game_id, self._origin + self._seal.wrap(game_id, message))
        )
        (_published if sent else _lost).inc()

    async def subscribe(self, game_id: str, receive: Receive) -> None:
        self._channels.setdefault(game_id, []).append(receive)
        channels_live.set(len(self._channels))
        if game_id in self._confirmed:
            return
        awaited = self._awaited.get(game_id)
        if awaited is None:
            awaited = self._awaited[game_id] = asyncio.get_running_loop().create_future()
            if self._subscriber.up:
                self._subscriber.tell_now(("SUBSCRIBE", CHANNEL + game_id), answers=0)
            else:
                await self._subscriber.open()  # and so subscribe to everything
        if self._subscriber.up:
            await asyncio.wait([awaited], timeout=CONFIRMED_S)
        if not awaited.done():
            self._awaited.pop(game_id, None)

    async def unsubscribe(self, game_id: str, receive: Receive) -> None:
        channel = self._channels.get(game_id, [])
        if receive in channel:
            channel.remove(receive)
        if channel or game_id not in self._channels:
            return
        del self._channels[game_id]
        self._confirmed.discard(game_id)
        channels_live.set(len(self._channels))
        self._subscriber.tell_now(("UNSUBSCRIBE", CHANNEL + game_id), answers=0)

    async def close(self) -> None:
        await self._publisher.close()
        await self._subscriber.close()

    def _subscribe_all(self) -> None:
        self._confirmed.clear()
        self._subscriber.tell_now(*_subscriptions(list(self._channels)), answers=0)

    def _heard(self, told: list[Any]) -> None:
        kind, channel, payload = told
        game_id = channel[len(CHANNEL) :].decode()
        if kind == b"message":
            if payload[:_ORIGIN] == self._origin:
                _own.inc()
                return
            message = self._seal.unwrap(game_id, payload[_ORIGIN:])
            if message is None:
                self._refuse(game_id)
                return
            _received.inc()
            self._deliver(game_id, message)
        elif kind == b"subscribe" and game_id in self._channels:
            self._confirmed.add(game_id)
            awaited = self._awaited.pop(game_id, None)
            if awaited is None:
                self._deliver(game_id, None)
            elif not awaited.done():
                awaited.set_result(None)

    def _refuse(self, game_id: str) -> None:
        """Not said by one of us: forged, or by a process whose EDTECH_KEYS_DIR holds other keys."""
        _foreign.inc()
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= _SAY_AGAIN_S:
            self._said_at = now
            logger.warning("hub_message_not_ours", game_id=game_id, hint="do all processes share EDTECH_KEYS_DIR?")

    def _deliver(self, game_id: str, message: bytes | None) -> None:
        for receive in list(self._channels.get(game_id, ())):
            try:
                receive(game_id, message)
            except Exception:
                logger.exception("hub_message_failed", game_id=game_id)


def _subscriptions(game_ids: list[str]) -> Iterator[Command]:
    for first in range(0, len(game_ids), _AT_ONCE):
        yield ("SUBSCRIBE", *(CHANNEL + game_id for game_id in game_ids[first : first + _AT_ONCE]))
