"""The bus over RabbitMQ. Requests travel over a connection of their own (`calls`), what lasts over two others: one to
send and one to take, because the broker stops listening to senders when it is short of memory, and must still hear
acknowledgements then.
"""

import asyncio
from collections.abc import Sequence

from edkit.bus import MOST_DEAD_LETTERS, Bus, DeadLetter, Handler, Topology
from edkit.bus.rabbit import operator
from edkit.bus.rabbit.calls import Calls
from edkit.bus.rabbit.consumer import Consumer
from edkit.bus.rabbit.publisher import Publisher, Unroutable
from edkit.bus.rabbit.topology import EVENTS, OPERATOR, TASKS, Table, url_of
from edkit.clock import Clock
from edkit.errors import Unavailable
from edkit.message import Envelope, Reply

START_S = 5.0
"""How long `serve` waits for the broker before it goes on, unready, while the connections keep trying and say so."""


class RabbitBroker:
    """See `edkit.bus.Broker`."""

    def __init__(self, url: str, topology: Topology, clock: Clock, retry_tiers_ms: Sequence[int]) -> None:
        self._url, self.clock, self.table = url, clock, Table(topology, retry_tiers_ms)
        self.retry_tiers_ms = tuple(retry_tiers_ms)
        self._buses: list[RabbitBus] = []

    def connect(self, role: str) -> Bus:
        bus = RabbitBus(self, role, url_of(self._url, role))
        self._buses.append(bus)
        return bus

    async def declare(self) -> None:
        await operator.declare(url_of(self._url, OPERATOR), self.table)

    async def dead_letters(self, limit: int = MOST_DEAD_LETTERS) -> Sequence[DeadLetter]:
        return await operator.dead_letters(url_of(self._url, OPERATOR), self.table.services, limit)

    async def replay(self, message_id: str) -> bool:
        return await operator.replay(url_of(self._url, OPERATOR), self.table.services, message_id)

    async def close(self) -> None:
        await asyncio.gather(*(bus.close() for bus in self._buses))


class RabbitBus:
    """See `edkit.bus.Bus`."""

    def __init__(self, broker: RabbitBroker, role: str, url: str) -> None:
        self.role = role
        self._broker, self._url = broker, url
        self._calls = Calls(url, role, broker.clock)
        self._publisher = Publisher(url, role, broker.clock)
        self._consumer: Consumer | None = None
        self._beginning: list[asyncio.Future[None]] = []
        self._closed = False

    async def request(self, service: str, envelope: Envelope, timeout: float) -> Reply:
        return await self._calls.request(service, envelope, timeout)

    async def publish(self, service: str | None, envelope: Envelope) -> None:
        message = self._publisher.message(envelope.model_dump_json().encode(), envelope.id, envelope.type)
        if envelope.kind == "notice":
            await self._publisher.hint(message)
        elif service is None:
            await self._publisher.send(EVENTS, envelope.type, message, mandatory=False)
        else:
            try:
                await self._publisher.send(TASKS, service, message)
            except Unroutable:
                raise Unavailable(f"No service called {service} is part of this installation.") from None

    async def serve(self, handler: Handler) -> None:
        broker = self._broker
        self._consumer = Consumer(self._url, self.role, broker.clock, self._publisher, broker.retry_tiers_ms, handler)
        self._consumer.start()
        ways_in = self._calls.serve(handler), self._publisher.ready(START_S), self._consumer.ready(START_S)
        self._beginning = [asyncio.ensure_future(way) for way in ways_in]
        await asyncio.wait(self._beginning, timeout=START_S)

    async def ping(self) -> None:
        waits = [self._calls.ping(), self._publisher.ready()]
        if self._consumer is not None:
            waits.append(self._consumer.ready())
        await asyncio.gather(*waits)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        takers = [self._calls.close()]
        if self._consumer is not None:
            takers.append(self._consumer.close())
        await asyncio.gather(*takers)
        await self._publisher.close()
        for beginning in self._beginning:
            beginning.cancel()
        await asyncio.gather(*self._beginning, return_exceptions=True)
