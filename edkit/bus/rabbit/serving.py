"""The side of Requests that answers them: one consumer on one connection, a task for each message."""

import asyncio
from itertools import takewhile

import orjson

from edkit import log
from edkit.bus import Handler, guarded
from edkit.bus.rabbit import frames
from edkit.bus.rabbit.amqp import Connection
from edkit.bus.rabbit.channel import LARGEST_BODY, Channel
from edkit.bus.rabbit.frames import Broken, Incoming
from edkit.bus.rabbit.topology import REQUESTS, requests_queue
from edkit.clock import Clock
from edkit.errors import AppError, Malformed, TooLarge, Unavailable
from edkit.message import Envelope, Reply

logger = log.get(__name__)

CONCURRENT = 64
"""Requests that one replica has under way. The broker holds the others until they expire, or a sibling takes them."""
LEAVE_S = 2.0
MOST_CALLERS = 1_000
DONE, REFUSED = b"done", b"refused"
"""What kind of reply it is."""
CALLERS = b"amq.rabbitmq.reply-to."
"""How the address of a waiting caller begins. Nothing else is answered: no caller chooses a queue that we write to."""


class Interrupted(Unavailable):
    """What was asked may have been done, in whole or not at all (503)."""

    code = "interrupted"
    message = "The service went away in the middle. Whether it was done is not known; look before you try again."


class Serving:
    """One replica's Requests over one connection. When that is lost, what is under way ends unheard.

    `running` are the tasks under way, of this connection and of those before it.
    """

    def __init__(
        self, connection: Connection, role: str, clock: Clock, handler: Handler, running: set[asyncio.Task[None]]
    ) -> None:
        self._connection, self._role, self._clock, self._handler = connection, role, clock, handler
        self._running = running
        self._heads: dict[bytes, bytes] = {}
        self._user = connection.user.encode()
        self._tag = ""

    async def begin(self) -> None:
        """Take Requests. Raises Broken, also when the last sibling left just now and the queue with it."""
        queue = requests_queue(self._role)
        self._channel = await self._connection.channel()
        self._channel.on_message = self._take
        self._acks = Acks(self._channel)
        await self._channel.declare(queue, auto_delete=True)
        await self._channel.bind(queue, REQUESTS, self._role)
        await self._channel.prefetch(CONCURRENT)
        self._tag = await self._channel.consume(queue, no_ack=False)

    async def stop(self) -> None:
        """Take nothing new."""
        try:
            async with asyncio.timeout(LEAVE_S):
                await self._channel.cancel(self._tag)
        except (Broken, TimeoutError) as fault:
            logger.warning("bus_left_without_goodbye", role=self._role, reason=str(fault))

    def _take(self, message: Incoming) -> None:
        late_s = self._connection.stood_still_s
        self._acks.taken(message.tag)
        task = asyncio.get_running_loop().create_task(self._serve(message, late_s))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _serve(self, message: Incoming, late_s: float) -> None:
        remember = False
        try:
            envelope = self._opened(message, late_s)
            remember = envelope.remember
            reply = await guarded(self._handler, envelope)
        except AppError as error:
            reply = refusal(error)
        except asyncio.CancelledError:
            if remember:
                return  # unacknowledged: a sibling does it, once
            reply = refusal(Interrupted())
        await self._answer(message, reply)
        self._acks.done(message.tag)

    def _opened(self, message: Incoming, late_s: float) -> Envelope:
        """The envelope inside, in the name of the user that the broker vouches for. Raises what is to be answered.

        How long the caller waits travels as a duration and is counted by our own clock from the arrival, so a caller
        whose clock is wrong is served like any other.
        """
        if message.body is None:
            raise TooLarge("This message is larger than the bus carries. Nothing was changed.")
        expires_at = None
        if message.expiration.isdigit():
            waits_ms = int(message.expiration)
            if late_s * 1000 >= waits_ms:
                raise Unavailable("The service stood still when this came. Nothing was changed. Try again in a moment.")
            expires_at = self._clock.now() + waits_ms
        try:
            envelope = decode(message.body, message.user.decode(), expires_at)
        except ValueError:
            raise Malformed("A message was not of its shape.", code="malformed_message") from None
        if message.redelivered and not envelope.remember:
            raise Interrupted()
        return envelope

    async def _answer(self, message: Incoming, reply: Reply) -> None:
        if not message.reply_to.startswith(CALLERS):
            return
        head = self._heads.get(message.reply_to)
        if head is None:
            if len(self._heads) >= MOST_CALLERS:
                self._heads.clear()
            head = self._heads[message.reply_to] = frames.publish_head(self._channel.number, b"", message.reply_to)
        if len(reply.body) > LARGEST_BODY:
            reply = refusal(TooLarge("The answer is larger than the bus carries."))
        kind = DONE if reply.ok else REFUSED
        properties = frames.properties(message.correlation, kind=kind, user=self._user)
        try:
            if self._connection.full:
                await self._connection.writable()
            self._channel.publish(head, properties, reply.body)
        except Broken:
            logger.warning("bus_reply_lost", role=self._role)


class Acks:
    """Acknowledges what is done with: once for each turn of the loop, with one frame for all up to the first gap."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._open: dict[int, None] = {}
        self._done: set[int] = set()

    def taken(self, tag: int) -> None:
        self._open[tag] = None

    def done(self, tag: int) -> None:
        if not self._done:
            asyncio.get_running_loop().call_soon(self.send)
        self._done.add(tag)

    def send(self) -> None:
        """Say now what there is to say."""
        whole = list(takewhile(self._done.__contains__, self._open))
        if whole:
            self._channel.ack(whole[-1], multiple=len(whole) > 1)
        for tag in self._done.difference(whole):
            self._channel.ack(tag)
        for tag in self._done:
            del self._open[tag]
        self._done.clear()


async def drained(running: set[asyncio.Task[None]]) -> None:
    """Let what is under way end: 2 s at most, then it is answered with Interrupted."""
    if running:
        _, late = await asyncio.wait(running, timeout=LEAVE_S)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)


def encode(envelope: Envelope) -> bytes:
    """An envelope as it travels. Who sends it and how long it waits are properties, which the broker looks at."""
    actor = envelope.actor
    return orjson.dumps(
        {
            "id": envelope.id,
            "type": envelope.type,
            "kind": envelope.kind,
            "actor": {"id": actor.id, "role": actor.role, "session": actor.session},
            "request_id": envelope.request_id,
            "issued_at": envelope.issued_at,
            "remember": envelope.remember,
            "body": envelope.body,
        }
    )


def decode(body: bytes, issuer: str, expires_at: int | None) -> Envelope:
    """The Request in `body`. Raises ValueError when there is none, or nobody vouches for its sender."""
    fields = orjson.loads(body)
    if not issuer or not isinstance(fields, dict):
        raise ValueError("no sender, or no envelope")
    envelope = Envelope.model_validate({**fields, "issuer": issuer, "expires_at": expires_at})
    if envelope.kind != "request":
        raise ValueError(f"a {envelope.kind} among requests")
    return envelope


def refusal(error: AppError) -> Reply:
    """An error as a reply."""
    return Reply(ok=False, body=error.to_data().model_dump_json().encode())
