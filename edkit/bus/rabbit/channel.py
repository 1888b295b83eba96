"""A channel of an AMQP connection: what it asks the broker for, and how its messages are put together."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeVar, cast

from pamqp import base, commands

from edkit.bus.rabbit import frames
from edkit.bus.rabbit.frames import Broken, Incoming

F = TypeVar("F", bound=base.Frame)

LARGEST_BODY = 50 * 2**20
"""Bytes of one message that are sent or taken."""


class Wire(Protocol):
    """What a channel needs of its connection."""

    frame_max: int

    def write(self, data: bytes) -> None: ...
    def check(self) -> None:
        """Raises Broken when the connection is lost."""
        ...


class Channel:
    """One channel. Whoever opens it says what happens to what arrives; both callbacks run inside the reading of the
    socket, so they do not wait. A channel that the broker closes takes its connection with it."""

    def __init__(self, connection: Wire, number: int) -> None:
        self._connection = connection
        self.number = number
        self.on_message: Callable[[Incoming], None] = _ignore
        self.on_return: Callable[[Incoming, str], None] = lambda message, key: None
        self._waiting: deque[asyncio.Future[base.Frame]] = deque()
        self._incoming: Incoming | None = None
        self._returned: str | None = None
        self._pieces: list[bytes] = []
        self._left = 0

    async def do(self, sent: base.Frame, answer: type[F]) -> F:
        """Send a method and wait for its answer. Raises Broken when the broker refuses."""
        return await self.ask(frames.method(self.number, sent), answer)

    async def ask(self, sent: bytes, answer: type[F]) -> F:
        """Send bytes and wait for the method that answers them."""
        self._connection.check()
        waiting: asyncio.Future[base.Frame] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self._connection.write(sent)
        received = await waiting
        if not isinstance(received, answer):
            raise Broken(f"{answer.__name__} was expected, {received.name} came")
        return received

    def publish(self, head: bytes, properties: bytes, body: bytes) -> None:
        """Send one message to where `head` says. It is on its way when this returns, or lost with the connection.
        Raises Broken when it is too large."""
        if len(body) > LARGEST_BODY:
            raise Broken(f"a message of {len(body)} bytes")
        connection = self._connection
        for piece in frames.content(self.number, head, properties, body, connection.frame_max):
            connection.write(piece)

    def ack(self, tag: int, *, multiple: bool = False) -> None:
        """This message, or all up to it, are done with."""
        self._connection.write(frames.ack(self.number, tag, multiple=multiple))

    async def declare(self, queue: str, *, auto_delete: bool) -> None:
        """Make a classic queue that does not survive the broker."""
        await self.do(commands.Queue.Declare(queue=queue, auto_delete=auto_delete), commands.Queue.DeclareOk)

    async def bind(self, queue: str, exchange: str, key: str) -> None:
        await self.do(commands.Queue.Bind(queue=queue, exchange=exchange, routing_key=key), commands.Queue.BindOk)

    async def check_exchange(self, name: str) -> None:
        """Raises Broken when there is no such exchange. Also a probe: the broker has done all that was sent before."""
        await self.do(commands.Exchange.Declare(exchange=name, passive=True), commands.Exchange.DeclareOk)

    async def prefetch(self, count: int) -> None:
        """How many messages may be on their way or unacknowledged at once."""
        await self.do(commands.Basic.Qos(prefetch_count=count), commands.Basic.QosOk)

    async def consume(self, queue: str, *, no_ack: bool) -> str:
        """Have the messages of a queue handed to `on_message`; the consumer's tag."""
        started = await self.do(commands.Basic.Consume(queue=queue, no_ack=no_ack), commands.Basic.ConsumeOk)
        return started.consumer_tag or ""

    async def cancel(self, tag: str) -> None:
        """No messages come once this has returned."""
        await self.do(commands.Basic.Cancel(consumer_tag=tag), commands.Basic.CancelOk)

    def deliver(self, message: Incoming) -> None:
        self._expect(message, None)

    def method(self, received: base.Frame) -> None:
        """A rare method for this channel."""
        if isinstance(received, commands.Basic.Return):
            self._expect(Incoming(0, False), received.routing_key or "")
        elif isinstance(received, commands.Channel.Close):
            raise Broken(f"the broker closed a channel: {received.reply_code} {received.reply_text}")
        elif isinstance(received, commands.Basic.Cancel):
            raise Broken("a queue that we take messages from is gone")
        elif isinstance(received, commands.Channel.Flow):
            self._connection.write(frames.method(self.number, commands.Channel.FlowOk(active=received.active)))
        elif self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(received)
        else:
            raise Broken(f"{received.name} came, and nobody asked")

    def _expect(self, message: Incoming, returned: str | None) -> None:
        if self._incoming is not None:
            raise Broken("a message within a message")
        self._incoming, self._returned, self._left = message, returned, -1

    def header(self, data: bytes, at: int, stop: int) -> None:
        if self._incoming is None or self._left >= 0:
            raise Broken("a header without a message")
        frames.read_header(self._incoming, data, at, stop)
        self._left = self._incoming.size
        if self._left > LARGEST_BODY:
            self._incoming.body = None
        if self._left == 0:
            self._complete(b"")

    def body(self, piece: bytes) -> None:
        left = self._left - len(piece)
        if self._incoming is None or left < 0:
            raise Broken("a body that is longer than its header said")
        if left == 0:
            if self._pieces:
                self._pieces.append(piece)
                piece = b"".join(self._pieces)
                self._pieces = []
            self._complete(piece)
        else:
            self._left = left
            if self._incoming.body is not None:
                self._pieces.append(piece)

    def _complete(self, body: bytes) -> None:
        message, returned = cast(Incoming, self._incoming), self._returned
        self._incoming = None
        if message.body is not None:
            message.body = body
        if returned is None:
            self.on_message(message)
        else:
            self.on_return(message, returned)

    def fail(self, reason: Broken) -> None:
        """The connection is gone: whoever waits for an answer learns it."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(Broken(*reason.args))


def _ignore(message: Incoming) -> None:
    pass
