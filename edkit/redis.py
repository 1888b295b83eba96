"""A lasting connection to Redis, for those who can do without it.

Whoever asks is answered within `patience_s` or told that Redis is gone, and at once while it is known to be: a dead,
stopped or slow Redis costs a caller one patience at most, and the next callers nothing. The connection is made anew
beside: at once, then after pauses that grow to a second, spread by chance. Pings find a peer that went without a word.
What is asked at the same time leaves in one write.
"""

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import Callable
from typing import Any

from redis.asyncio.connection import AbstractConnection, Connection, parse_url
from redis.exceptions import RedisError, ResponseError

from edkit import log, metrics
from edkit.chance import Chance, SystemChance

logger = log.get(__name__)
connected_gauge = metrics.gauge("redis_connected", "Whether Redis answers", ["use"])
reconnects_total = metrics.counter("redis_reconnects", "Connections to Redis made anew", ["use"])

CONNECT_S = 1.0
FIRST_S = 0.25
"""How long the first caller of all waits for the first connection."""
LATE_S = 1.0
"""A connection whose oldest command has no answer for so long is given up."""
PING_S = 2.0
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 1.0
STEADY_S = 1.0
"""A connection that lasted so long is replaced at once when it breaks."""
MOST_WAITING = 10_000

Command = tuple[str | bytes | int, ...]


class RedisGone(Exception):
    """Redis does not answer, or not in time. Whether the command was carried out is not known."""


class RedisRefused(Exception):
    """Redis answered with an error."""


class Link:
    """One connection to Redis, kept up until `close`. It opens with the first use.

    `heard` takes every message of the channels subscribed to, as [kind, channel, payload]; it must not raise.
    `connected` is called after each new connection, before anything else is sent on it.
    """

    def __init__(
        self,
        url: str,
        use: str,
        *,
        patience_s: float = LATE_S,
        ping_s: float = PING_S,
        late_s: float = LATE_S,
        heard: Callable[[list[Any]], None] | None = None,
        connected: Callable[[], None] | None = None,
        chance: Chance | None = None,
    ) -> None:
        self._make = _connector(url)
        self._use, self._patience_s, self._ping_s, self._late_s = use, patience_s, ping_s, max(late_s, patience_s)
        self._heard, self._connected, self._chance = heard, connected, chance or SystemChance()
        self._up = self._closed = False
        self._tried = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._waiting: deque[tuple[asyncio.Future[Any] | None, float]] = deque()
        self._out: list[bytes] = []
        self._wake = asyncio.Event()
        self._broken: asyncio.Future[str] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._packer = Connection()

    @property
    def up(self) -> bool:
        """Whether Redis answered lately."""
        return self._up

    async def open(self) -> None:
        """Begin to connect, and wait a moment for the first connection."""
        if self._keeper is None and not self._closed:
            self._keeper = asyncio.create_task(self._keep_up())
        if not self._tried.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._tried.wait(), FIRST_S)

    async def ask(self, *command: str | bytes | int) -> Any:
        """The answer. Raises `RedisGone`, `RedisRefused`."""
        if not self._up:
            await self.open()
        loop = asyncio.get_running_loop()
        if not self._up or (self._waiting and loop.time() - self._waiting[0][1] > self._patience_s):
            raise RedisGone
        future: asyncio.Future[Any] = loop.create_future()
        if not self._send(command, future):
            raise RedisGone
        return await future

    async def tell(self, *commands: Command, answers: int = 1) -> bool:
        """Send commands that bring `answers` answers each, which nobody waits for; whether they were sent at all."""
        if not self._up:
            await self.open()
        return self.tell_now(*commands, answers=answers)

    def tell_now(self, *commands: Command, answers: int = 1) -> bool:
        """`tell` on the connection there is."""
        return sum(self._send(command, None, answers) for command in commands) == len(commands)

    async def close(self) -> None:
        """Use it no more. What waits for an answer is told that Redis is gone."""
        self._closed = True
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        self._tried.set()

    # Sending

    def _send(self, command: Command, future: asyncio.Future[Any] | None, answers: int = 1) -> bool:
        if not self._up or len(self._waiting) >= MOST_WAITING:
            return False
        self._out.extend(self._packer.pack_command(*command))
        self._wake.set()
        if answers:
            now = asyncio.get_running_loop().time()
            self._waiting.extend([(future, now)] * answers)
            if self._timer is None:
                self._look_in(self._patience_s)
        return True

    async def _write(self, connection: AbstractConnection) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            out, self._out = self._out, []
            await connection.send_packed_command(out, check_health=False)

    # Answers

    async def _read(self, connection: AbstractConnection) -> None:
        while True:
            try:
                answer = await connection.read_response(
                    timeout=math.inf, disconnect_on_error=False, push_request=self._heard is not None
                )
            except ResponseError as error:
                answer = RedisRefused(str(error))
            if self._heard is not None and isinstance(answer, list):
                self._heard(answer)
            elif self._waiting:
                _settle(self._waiting.popleft()[0], answer)

    def _look_in(self, seconds: float, *, again: bool = False) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, self._look, loop.time() + seconds, again)

    def _look(self, due: float, again: bool) -> None:
        """Answer for Redis where it is late."""
        self._timer = None
        if not self._waiting:
            return
        now = asyncio.get_running_loop().time()
        if now - due > 0.01 and not again:  # it was this process that stood still: read what has come meanwhile
            self._look_in(0.005, again=True)
            return
        if now - self._waiting[0][1] >= self._late_s and self._broken is not None and not self._broken.done():
            self._broken.set_result(f"no answer for {self._late_s:g} s")
            return
        for future, sent_at in self._waiting:
            if now - sent_at < self._patience_s:
                break
            _settle(future, RedisGone())
        self._look_in(self._patience_s / 2)

    # The connection

    async def _keep_up(self) -> None:
        loop = asyncio.get_running_loop()
        pause, said = 0.0, False
        while True:
            connection, held_at = self._make(), math.inf
            try:
                async with asyncio.timeout(CONNECT_S):
                    await connection.connect()  # type: ignore[no-untyped-call]  # redis-py's own
                logger.info("redis_connected", use=self._use)
                held_at = loop.time()
                reason, said = await self._hold(connection), False
            except (RedisError, OSError, TimeoutError) as error:
                reason = f"{type(error).__name__}: {error}"
            except Exception as error:
                logger.exception("redis_link_failed", use=self._use)
                reason = type(error).__name__
            finally:
                self._let_go()
                with contextlib.suppress(RedisError, OSError):
                    await connection.disconnect(nowait=True)
            if not said:
                logger.warning("redis_gone", use=self._use, reason=reason)
                said = True
            steady = loop.time() - held_at > STEADY_S
            pause = 0.0 if steady else min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, pause * 2))
            if pause:
                await asyncio.wait([loop.create_future()], timeout=pause * self._chance.uniform(0.5, 1))
            reconnects_total.labels(self._use).inc()

    async def _hold(self, connection: AbstractConnection) -> str:
        """Use the connection until it breaks; why it did."""
        self._broken = asyncio.get_running_loop().create_future()
        self._up = True
        connected_gauge.labels(self._use).set(1)
        if self._connected is not None:
            self._connected()
        self._tried.set()
        parts = self._read(connection), self._write(connection), self._ping()
        work: list[asyncio.Task[None]] = [asyncio.create_task(part) for part in parts]
        try:
            ends: list[asyncio.Future[Any]] = [*work, self._broken]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._up = False
            for task in work:
                task.cancel()
            await asyncio.wait(work)
        errors = [error for task in work if not task.cancelled() and (error := task.exception()) is not None]
        return self._broken.result() if self._broken.done() else f"{type(errors[0]).__name__}: {errors[0]}"

    async def _ping(self) -> None:
        while True:
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=self._ping_s)
            self._send(("PING",), None)

    def _let_go(self) -> None:
        self._up = False
        connected_gauge.labels(self._use).set(0)
        self._tried.set()
        waiting, self._waiting = self._waiting, deque()
        for future, _ in waiting:
            _settle(future, RedisGone())
        self._out.clear()
        self._wake.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


async def fault_of(url: str) -> str:
    """Why the Redis at `url` cannot be worked with; empty when it answers. Raises ValueError for what is no URL."""
    connection = _connector(url)()
    try:
        async with asyncio.timeout(CONNECT_S):
            await connection.connect()  # type: ignore[no-untyped-call]  # redis-py's own
            await connection.send_command("PING")
            await connection.read_response()
    except (RedisError, OSError, TimeoutError) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        with contextlib.suppress(RedisError, OSError):
            await connection.disconnect(nowait=True)
    return ""


def _settle(future: asyncio.Future[Any] | None, answer: Any) -> None:
    if future is None or future.done():
        return
    if isinstance(answer, RedisGone | RedisRefused):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _connector(url: str) -> Callable[[], AbstractConnection]:
    """What makes unopened connections to `url`. Raises ValueError where it is no URL of a Redis."""
    try:
        given: dict[str, Any] = dict(parse_url(url))
    except ValueError:  # it would name a part of the password
        says = "the address of a Redis looks like redis://user:password@host:6379/0, with what is special as %XX"
        raise ValueError(says) from None
    kind: type[AbstractConnection] = given.pop("connection_class", Connection)
    # An idle subscriber must not be taken for a dead one: no time limit on reading, pings find the dead.
    given |= {"protocol": 3, "socket_timeout": None, "socket_connect_timeout": CONNECT_S, "driver_info": None}
    return lambda: kind(**given)
