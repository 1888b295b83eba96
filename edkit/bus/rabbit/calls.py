"""Requests over RabbitMQ: one lean connection for a role, on which it asks and is asked.

Answers come by direct reply-to into a table of futures, each from the service that was asked. Nothing here is stored,
confirmed or sent twice: a Request that is lost is the caller's to repeat, and it is told at once whenever it can be
known.
"""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from edkit import log
from edkit.bus import Handler
from edkit.bus.rabbit import frames
from edkit.bus.rabbit.amqp import Address, Connection
from edkit.bus.rabbit.channel import LARGEST_BODY, Channel
from edkit.bus.rabbit.frames import Broken, Incoming
from edkit.bus.rabbit.serving import DONE, Interrupted, Serving, drained, encode
from edkit.bus.rabbit.supervise import connected, reconnects
from edkit.bus.rabbit.topology import REQUESTS
from edkit.chance import Chance, SystemChance
from edkit.clock import Clock
from edkit.errors import AppError, TimedOut, TooLarge, Unavailable
from edkit.message import Envelope, Reply

logger = log.get(__name__)

OPEN_S = 5.0
"""How long the broker may take from the first byte to a connection that works."""
PING_S = 2.0
FIRST_PATIENCE_S, PATIENCE_S = 5.0, 1.0
"""How long after the start, and after the loss of a connection, a Request waits for the next one; later it is refused
at once. New Requests do not notice a broker that comes back within a second."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.05, 2.0
"""Between attempts to connect: doubled each time, half of it chance, so that not all processes come at once."""
STEADY_S = 5.0
SAY_AGAIN_S = 10.0
REPLIES = "amq.rabbitmq.reply-to"
PURPOSE = "requests"

NO_BROKER = "The message broker does not answer right now. Nothing was changed. Try again in a moment."
LOST = "The connection was lost before the answer came. Whether it was done is not known; look before you try again."


class Asked(NamedTuple):
    """Which service is to answer, and who waits for it."""

    service: bytes
    answer: "asyncio.Future[Reply | AppError]"


class Calls:
    """Asks other services, and serves this one's Requests.

    Connects by itself at the first `request` or `serve`, and again whenever the connection is lost.
    """

    def __init__(self, url: str, role: str, clock: Clock, chance: Chance | None = None) -> None:
        self._address, self._role, self._clock = Address(url), role, clock
        self._chance = chance or SystemChance()
        self._pending: dict[bytes, Asked] = {}
        self._count = 0
        self._heads: dict[str, bytes] = {}
        self._channel: Channel | None = None
        self._connection: Connection | None = None
        self._user = self._address.user.encode()
        self._up, self._closing, self._serves = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._patient_until = 0.0
        self._said_at = -SAY_AGAIN_S
        self._keeper: asyncio.Task[None] | None = None
        self._handler: Handler | None = None
        self._serving: Serving | None = None
        self._running: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many answers are waited for."""
        return len(self._pending)

    async def request(self, service: str, envelope: Envelope, timeout: float) -> Reply:
        """The reply of one replica of `service`.

        Raises TimedOut after `timeout` seconds; Unavailable at once when nobody serves it or the broker has been away
        for more than a second; Interrupted when the connection is lost meanwhile and nobody knows what was done.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        if envelope.expires_at is not None and envelope.expires_at <= self._clock.now():
            raise TimedOut()
        body = encode(envelope)
        if len(body) > LARGEST_BODY:
            raise TooLarge("This is larger than the bus carries. Nothing was changed.")
        channel = await self._ready(deadline)
        self._count += 1
        correlation = b"%x" % self._count
        answer: asyncio.Future[Reply | AppError] = loop.create_future()
        self._pending[correlation] = Asked(service.encode(), answer)
        timer = loop.call_at(deadline, _settle, answer, TimedOut)
        try:
            channel.publish(self._head(service), self._properties(correlation, deadline - loop.time()), body)
            outcome = await answer
        finally:  # a caller that gave up leaves nothing behind that another's answer could meet
            timer.cancel()
            del self._pending[correlation]
        if isinstance(outcome, AppError):
            raise outcome
        return outcome

    def _head(self, service: str) -> bytes:
        head = self._heads.get(service)
        if head is None:
            head = frames.publish_head(1, REQUESTS.encode(), service.encode(), mandatory=True)
            self._heads[service] = head
        return head

    def _properties(self, correlation: bytes, left_s: float) -> bytes:
        left = b"%d" % max(1, int(left_s * 1000))
        return frames.properties(correlation, REPLIES.encode(), left, user=self._user)

    async def _ready(self, deadline: float) -> Channel:
        """The channel to ask on, once it takes messages."""
        loop = asyncio.get_running_loop()
        if self._channel is None:
            self._start()
            if self._closing.is_set():
                raise Unavailable(NO_BROKER)
            until = min(deadline, self._patient_until)
            try:
                async with asyncio.timeout_at(until):
                    await self._up.wait()
            except TimeoutError:
                raise (Unavailable(NO_BROKER) if until < deadline else TimedOut()) from None
        channel, connection = self._channel, self._connection
        if channel is None or connection is None:
            raise Unavailable(NO_BROKER)
        if connection.blocked:
            raise Unavailable("The message broker takes no messages right now. Nothing was changed. Try again later.")
        if connection.full:
            try:
                async with asyncio.timeout_at(deadline):
                    await connection.writable()
            except Broken:
                raise Unavailable(NO_BROKER) from None
            except TimeoutError:
                raise TimedOut() from None
        if deadline <= loop.time():
            raise TimedOut()
        return channel

    async def serve(self, handler: Handler) -> None:
        """Take this role's Requests. Returns when the first may come, however long the broker makes us wait."""
        self._handler = handler
        self._start()
        if self._connection is not None:
            try:
                await self._begin_serving(self._connection)
            except Broken as fault:
                self._connection.abort(str(fault))
        await self._serves.wait()

    async def ping(self) -> None:
        """Raises Unavailable when the broker does not answer, or does not give us what we serve."""
        self._start()
        if self._channel is None:
            raise Unavailable(NO_BROKER)
        if self._handler is not None and not self._serves.is_set():
            raise Unavailable("The message broker hands us no requests.")
        try:
            async with asyncio.timeout(PING_S):
                await self._channel.check_exchange(REQUESTS)
        except (Broken, TimeoutError):
            raise Unavailable(NO_BROKER) from None

    async def close(self) -> None:
        """Take nothing new, answer what is under way (2 s at most), and leave."""
        self._closing.set()
        if self._serving is not None:
            await self._serving.stop()
        await drained(self._running)
        if self._connection is not None:
            await self._connection.close()
        elif self._keeper is not None:
            self._keeper.cancel()
        if self._keeper is not None:
            await asyncio.wait([self._keeper])
        self._fail_pending()

    def _start(self) -> None:
        if self._keeper is None:
            self._patient_until = asyncio.get_running_loop().time() + FIRST_PATIENCE_S
            connected.labels(self._role, PURPOSE).set(0)
            self._keeper = asyncio.create_task(self._keep_up(), name=f"bus-{self._role}-{PURPOSE}")

    async def _keep_up(self) -> None:
        """Connect, wait until the connection is lost, and begin again, until `close`."""
        loop, wait_s, again = asyncio.get_running_loop(), FIRST_WAIT_S, False
        while not self._closing.is_set():
            began = loop.time()
            try:
                async with asyncio.timeout(OPEN_S):
                    connection = await self._connect()
            except (Broken, OSError, TimeoutError) as fault:
                self._say("bus_waiting_for_broker", str(fault) or type(fault).__name__)
            except Exception:
                logger.exception("bus_connection_crashed", role=self._role, purpose=PURPOSE)
            else:
                if again:
                    reconnects.labels(self._role, PURPOSE).inc()
                reason = await connection.lost
                self._down()
                again = True
                if not self._closing.is_set():
                    self._say("bus_connection_lost", reason)
            wait_s = FIRST_WAIT_S if loop.time() - began > STEADY_S + OPEN_S else min(wait_s * 2, LONGEST_WAIT_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._chance.uniform(wait_s / 2, wait_s)):
                    await self._closing.wait()

    async def _connect(self) -> Connection:
        connection = await Connection.open(self._address, f"{self._role} {PURPOSE}")
        try:
            channel = await connection.channel()
            channel.on_message, channel.on_return = self._answered, self._returned
            await channel.check_exchange(REQUESTS)  # refused until the broker's topology is declared
            await channel.consume(REPLIES, no_ack=True)
            self._connection = connection
            if self._handler is not None:
                await self._begin_serving(connection)
        except BaseException:
            self._connection = None
            connection.abort("it could not be set up")
            raise
        self._channel = channel
        self._up.set()
        connected.labels(self._role, PURPOSE).set(1)
        logger.info("bus_connected", role=self._role, purpose=PURPOSE)
        return connection

    async def _begin_serving(self, connection: Connection) -> None:
        assert self._handler is not None
        serving = Serving(connection, self._role, self._clock, self._handler, self._running)
        await serving.begin()
        self._serving = serving
        self._serves.set()

    def _down(self) -> None:
        """The connection is lost: whoever waits learns it now, and new ones wait for a second at most."""
        self._channel = self._connection = self._serving = None
        self._up.clear()
        self._serves.clear()
        connected.labels(self._role, PURPOSE).set(0)
        self._patient_until = asyncio.get_running_loop().time() + PATIENCE_S
        self._fail_pending()

    def _fail_pending(self) -> None:
        for asked in self._pending.values():
            _settle(asked.answer, partial(Interrupted, LOST))

    def _answered(self, message: Incoming) -> None:
        asked = self._pending.get(message.correlation)
        if asked is None or asked.answer.done():
            return  # too late: its caller has gone
        if message.user != asked.service:  # whoever was asked once knows where answers go; the broker says who it is
            logger.error("bus_answer_not_believed", role=self._role, sender=message.user.decode(errors="replace"))
            return
        answer = asked.answer
        if message.body is None:
            answer.set_result(TooLarge("The answer is larger than the bus carries."))
        else:
            answer.set_result(Reply(ok=message.kind == DONE, body=message.body))

    def _returned(self, message: Incoming, service: str) -> None:
        asked = self._pending.get(message.correlation)
        if asked is not None:
            name = service.replace("_", " ")
            _settle(asked.answer, partial(Unavailable, f"The {name} does not answer right now. Try again in a moment."))

    def _say(self, event: str, reason: str) -> None:
        """The first time at once, and then every ten seconds."""
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= SAY_AGAIN_S:
            self._said_at = now
            logger.warning(event, role=self._role, purpose=PURPOSE, reason=reason)


def _settle(answer: "asyncio.Future[Reply | AppError]", error: Callable[[], AppError]) -> None:
    if not answer.done():
        answer.set_result(error())
