"""What is announced is published at once, beside the transaction; the outbox only keeps a copy."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.db.outbox import Outbox
from edkit.db.tables import SENT
from edkit.message import Envelope

CAUGHT_BY = {"M1"}


def plant() -> None:
    async def add(self: Outbox, session: AsyncSession, envelope: Envelope) -> None:
        await self._bus.forward(envelope)
        copy = {"id": envelope.id, "status": SENT, "changed_at": self._clock.now()}
        await session.execute(insert(self._table).values(**copy, envelope=envelope.model_dump(mode="json")))

    Outbox.add = add
