"""One connection to the broker, kept up by our own hand: it comes back by itself, and it is looked at while it lasts.

A driver that reconnects by itself can come back without its consumers, and a publish over a half-dead connection can
hang for ever. Here a connection is thrown away at the first doubt, and everything on it is made anew.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity

from edkit import log, metrics
from edkit.chance import SystemChance
from edkit.clock import Clock
from edkit.errors import Unavailable

logger = log.get(__name__)
connected = metrics.gauge("bus_connected", "Connections to the broker that work now", ["role", "purpose"])
reconnects = metrics.counter("bus_reconnects", "Connections to the broker made again", ["role", "purpose"])

CONNECT_S = 3.0
"""How long the broker may take to answer a connection, a declaration or a probe before the connection is given up."""
PROBE_S = 2.0
HEARTBEAT_S = 10
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 1.0
"""Between two attempts: doubled each time, half of it chance, so that a hundred processes do not come back at once."""
SAY_AGAIN_S = 10.0

Probe = Callable[[], Awaitable[None]]
FAULTS = (AMQPError, OSError, TimeoutError, RuntimeError, StopAsyncIteration)
"""What the driver raises when the broker, the connection or a channel is not there; the last when it hangs up early."""


class Unwell(Exception):
    """A connection that stands but does not do its work; the message says why."""


class Doubt:
    """Whether one connection is in doubt, and why. What an older one still has to say no longer matters."""

    def __init__(self) -> None:
        self.raised = asyncio.Event()
        self.reason = ""

    def __call__(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.raised.set()


@contextlib.contextmanager
def honest_cancels() -> Iterator[None]:
    """The driver cancels what waits for a connection that is lost. Only who asked for it should see CancelledError:
    everybody else gets ConnectionError."""
    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise ConnectionError("the connection was lost") from None


class Link:
    """Keeps one connection of `role` up, for one purpose, from `start` to `close`.

    `set_up` makes channels and consumers on each new connection, with a doubt to raise when it hears that they are
    gone. It returns a probe, which is asked every two seconds and raises when they do not work any more. Whatever
    fails, the connection is thrown away and made again.
    """

    def __init__(
        self,
        url: str,
        role: str,
        purpose: str,
        clock: Clock,
        set_up: Callable[[AbstractConnection, Doubt], Awaitable[Probe]],
    ) -> None:
        self._url, self._role, self._purpose, self._clock, self._set_up = url, role, purpose, clock, set_up
        self._chance = SystemChance()
        self._is_up = asyncio.Event()
        self._doubt = Doubt()
        self._keeper: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._worked = False
        self._said = -SAY_AGAIN_S

    def start(self) -> None:
        """Begin to connect. Again is fine."""
        if self._keeper is None:
            connected.labels(self._role, self._purpose).set(0)
            self._keeper = asyncio.create_task(self._keep_up(), name=f"bus-{self._role}-{self._purpose}")

    async def up(self, within_s: float = 0) -> None:
        """Return when the connection works. Raises Unavailable when it does not within so many seconds."""
        if self._is_up.is_set():
            return
        try:
            async with asyncio.timeout(within_s):
                await self._is_up.wait()
        except TimeoutError:
            raise Unavailable("The message broker does not answer right now. Try again in a moment.") from None

    def distrust(self, reason: str) -> None:
        """Throw the connection away and make a new one."""
        self._doubt(reason)

    async def close(self) -> None:
        """Leave for good."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        if self._leaving:
            await asyncio.wait(self._leaving)

    async def _keep_up(self) -> None:
        wait = FIRST_WAIT_S
        while True:
            began = self._clock.monotonic()
            try:
                with honest_cancels():
                    await self._once()
            except ChannelNotFoundEntity as fault:
                self._say("bus_not_declared", fault, "run `edtech bus declare`, or let the broker load its definitions")
            except Unwell as fault:
                self._say("bus_connection_lost", fault)
            except FAULTS as fault:
                self._say("bus_waiting_for_broker", fault)
            except Exception:
                logger.exception("bus_connection_crashed", role=self._role, purpose=self._purpose)
            wait = FIRST_WAIT_S if self._clock.monotonic() - began > PROBE_S * 2 else min(wait * 2, LONGEST_WAIT_S)
            await self._clock.sleep(self._chance.uniform(wait / 2, wait))

    async def _once(self) -> None:
        """Connect, work until something is wrong, and raise what it was."""
        doubt = self._doubt = Doubt()
        connection = await aio_pika.connect(
            self._url,
            timeout=CONNECT_S,
            client_properties={"connection_name": f"{self._role} {self._purpose}"},
            heartbeat=HEARTBEAT_S,
        )
        connection.close_callbacks.add(lambda _, fault: doubt(f"the connection was closed: {fault}"))
        try:
            async with asyncio.timeout(CONNECT_S):
                probe = await self._set_up(connection, doubt)
            self._is_up.set()
            connected.labels(self._role, self._purpose).set(1)
            if self._worked:
                reconnects.labels(self._role, self._purpose).inc()
            self._worked = True
            logger.info("bus_connected", role=self._role, purpose=self._purpose)
            self._said = -SAY_AGAIN_S
            await self._watch(probe, doubt)
        finally:
            self._is_up.clear()
            connected.labels(self._role, self._purpose).set(0)
            self._leave(connection)

    async def _watch(self, probe: Probe, doubt: Doubt) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PROBE_S):
                    await doubt.raised.wait()
                raise Unwell(doubt.reason)
            try:
                async with asyncio.timeout(CONNECT_S):
                    await probe()
            except FAULTS as fault:
                raise Unwell(f"a probe failed: {str(fault) or type(fault).__name__}") from fault

    def _leave(self, connection: AbstractConnection) -> None:
        """Close politely but beside: a broker that hangs must not delay the next attempt."""

        async def leave() -> None:
            with contextlib.suppress(*FAULTS):
                async with asyncio.timeout(CONNECT_S):
                    await connection.close()

        task = asyncio.get_running_loop().create_task(leave())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    def _say(self, event: str, fault: Exception, advice: str = "") -> None:
        """The first fault at once, and then every ten seconds."""
        now = self._clock.monotonic()
        if now - self._said >= SAY_AGAIN_S:
            self._said = now
            labels = {"role": self._role, "purpose": self._purpose, "reason": str(fault) or type(fault).__name__}
            logger.warning(event, **labels, **({"advice": advice} if advice else {}))
