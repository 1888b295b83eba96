"""Sending what lasts: a publish returns when the broker has it on disk, and never waits longer than it says."""

import asyncio

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractMessage
from aio_pika.exceptions import PublishError

from edkit import metrics
from edkit.bus.rabbit.supervise import FAULTS, Doubt, Link, Probe, honest_cancels
from edkit.bus.rabbit.topology import NOTICES, TASKS
from edkit.clock import Clock
from edkit.errors import Unavailable

published_total = metrics.counter("bus_published", "Messages that the broker has taken", ["queue"])
returned_total = metrics.counter("bus_returned", "Messages that no queue takes", ["queue"])

WAIT_UP_S = 1.0
"""For a connection that is just being made again. Longer would only hide that the broker is away."""
FIRST_UP_S = 5.0
CONFIRM_S = 5.0


class Unroutable(Unavailable):
    """There is no queue behind that key."""


class Publisher:
    """One role's connection for sending. It is made at the first message."""

    def __init__(self, url: str, role: str, clock: Clock) -> None:
        self._role = role
        self._link = Link(url, role, "publisher", clock, self._set_up)
        self._started = False
        self._channels: tuple[AbstractChannel, AbstractChannel] | None = None

    async def _set_up(self, connection: AbstractConnection, doubt: Doubt) -> Probe:
        confirmed = await connection.channel(publisher_confirms=True, on_return_raises=True)
        loose = await connection.channel(publisher_confirms=False)
        for channel in (confirmed, loose):
            channel.close_callbacks.add(lambda _, fault: doubt(f"a channel was closed: {fault}"))
        await confirmed.get_exchange(TASKS)  # raises when nothing was declared yet
        self._channels = confirmed, loose

        async def probe() -> None:
            await confirmed.get_exchange(TASKS)

        return probe

    def message(
        self, body: bytes, message_id: str, kind: str, headers: dict[str, str | int] | None = None
    ) -> AbstractMessage:
        """A message in this role's name; the broker checks that it is."""
        return aio_pika.Message(
            body,
            headers=dict(headers or {}),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=message_id,
            type=kind,
            user_id=self._role,
        )

    async def ready(self, within_s: float = 0) -> None:
        """Return when connected; the first time it may take a little longer. Raises Unavailable when not so in time."""
        if not self._started:
            self._started = True
            self._link.start()
            within_s = max(within_s, FIRST_UP_S)
        await self._link.up(within_s)

    async def send(self, exchange: str, key: str, message: AbstractMessage, *, mandatory: bool = True) -> None:
        """Return when the broker has stored it in every queue it goes to.

        Raises Unroutable when it is mandatory and goes to none, and Unavailable when the broker does not confirm it in
        time: whether it has it is then not known.
        """
        await self.ready(WAIT_UP_S)
        assert self._channels is not None
        try:
            with honest_cancels():
                async with asyncio.timeout(CONFIRM_S):
                    target = await self._channels[0].get_exchange(exchange, ensure=False)
                    await target.publish(message, key, mandatory=mandatory)
        except PublishError:
            returned_total.labels(key).inc()
            raise Unroutable(f"Nothing on the broker takes {key} from {exchange}.") from None
        except FAULTS as fault:
            raise Unavailable("The message broker did not confirm a message. Try again in a moment.") from fault
        published_total.labels(key).inc()

    async def hint(self, message: AbstractMessage) -> None:
        """Tell every replica that is there. Lost without a word when the broker is away."""
        try:
            await self.ready()
            assert self._channels is not None
            with honest_cancels():
                async with asyncio.timeout(WAIT_UP_S):
                    target = await self._channels[1].get_exchange(NOTICES, ensure=False)
                    await target.publish(message, "", mandatory=False)
        except (Unavailable, *FAULTS):
            returned_total.labels(NOTICES).inc()
            return
        published_total.labels(NOTICES).inc()

    async def close(self) -> None:
        await self._link.close()
