"""The outbox: what a transaction has decided to send is a row of that transaction; the relay sends it afterwards.

Rows are found by status, never by `id > last`, because transactions commit in another order than they begin.
A batch is claimed in one short transaction, published, then marked; what the bus refused is pending again. A relay that
dies in between leaves claims that expire; the message is then sent again, and the consumer's inbox makes its effect
happen once.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import MetaData, delete, event, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from edkit import log, metrics
from edkit.bus import BusClient
from edkit.clock import Clock
from edkit.db import Database, retrying
from edkit.db.tables import CLAIMED, PENDING, SENT
from edkit.errors import Unavailable
from edkit.message import Envelope

logger = log.get(__name__)
sent_total = metrics.counter("outbox_sent", "Messages sent from outboxes", ["service"])

BATCH = 100
CLAIM_MS = 15_000
"""Longer than a batch takes at its slowest: what a dead relay had claimed waits so long for another."""
BEHIND_MS = 1_000
"""What the bus has refused stands so far behind what is new."""
INDEX = "FORCE INDEX (ix_outbox_status_changed_at)"
"""The optimiser would rather sort all that waits, and lock it, so that other relays got nothing meanwhile."""
LEAVE_S = 2
KEEP_MS = 7 * 24 * 3_600_000


class Outbox:
    """One service's outbox and its relay."""

    def __init__(self, name: str, metadata: MetaData, database: Database, bus: BusClient, clock: Clock) -> None:
        self._name, self._database, self._bus, self._clock = name, database, bus, clock
        self._table = metadata.tables["outbox"]
        self._aged = [metadata.tables["inbox"].c.done_at, metadata.tables["replies"].c.made_at]
        self._wake = asyncio.Event()

    async def add(self, session: AsyncSession, envelope: Envelope) -> None:
        """Send `envelope` once the transaction of `session` has committed; never if it rolls back."""
        await session.execute(
            insert(self._table).values(
                id=envelope.id,
                status=PENDING,
                changed_at=self._clock.now(),
                envelope=envelope.model_dump(mode="json"),
            )
        )
        wake: Callable[[object], None] = lambda _: self._wake.set()  # noqa: E731 - an event listener, used once
        event.listen(session.sync_session, "after_commit", wake, once=True)

    async def relay_once(self) -> int:
        """Send what is pending now, a batch at most; the number sent."""
        envelopes = await retrying(self._claim)
        if not envelopes:
            return 0
        # All on their way before the first is confirmed: they leave in order, and nobody waits for one that is refused.
        forwarded = (self._bus.forward(envelope) for envelope in envelopes)
        outcomes = await asyncio.gather(*forwarded, return_exceptions=True)
        ends = list(zip(envelopes, outcomes, strict=True))
        sent = [envelope.id for envelope, refusal in ends if refusal is None]
        refused = [envelope.id for envelope, refusal in ends if refusal is not None]
        if sent:
            await retrying(lambda: self._mark(sent, SENT))
            sent_total.labels(self._name).inc(len(sent))
        if refused:
            await retrying(lambda: self._mark(refused, PENDING, BEHIND_MS))
            first = next(refusal for refusal in outcomes if refusal is not None)
            raise Unavailable(f"{len(refused)} of {len(ends)} messages were not taken: {first}") from first
        return len(sent)

    async def relay(self) -> None:
        """Send for ever: at once after a commit that announced something, and each second for what others left.

        Cancelled, it sends what is there, for 2 s at most.
        """
        try:
            await self._relay_for_ever()
        finally:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(LEAVE_S):
                    while await self._whole_batch():
                        pass

    async def _relay_for_ever(self) -> None:
        swept = self._clock.now()
        while True:
            try:
                while await self._whole_batch():
                    pass
                if self._clock.now() - swept > 600_000:
                    swept = self._clock.now()
                    await self._sweep(swept)
            except Exception:
                logger.exception("outbox_relay_failed", service=self._name)
            self._wake.clear()
            try:
                async with asyncio.timeout(1):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _whole_batch(self) -> int:
        """`relay_once`, which cancelling does not cut short: others would wait until its claims expire."""
        batch = asyncio.ensure_future(self.relay_once())
        try:
            return await asyncio.shield(batch)
        except asyncio.CancelledError:
            await asyncio.wait([batch], timeout=LEAVE_S)
            batch.cancel()
            await asyncio.gather(batch, return_exceptions=True)
            raise

    async def _claim(self) -> list[Envelope]:
        table, now = self._table, self._clock.now()
        pending = table.c.status == PENDING
        expired = (table.c.status == CLAIMED) & (table.c.changed_at < now - CLAIM_MS)
        async with self._database.read() as session:
            if (await session.execute(select(table.c.id).where(or_(pending, expired)).limit(1))).first() is None:
                return []
        rows: list[Any] = []
        async with self._database.write() as session:
            for free in (expired, pending):  # each along the index: a batch is read and locked, not all that waits
                query = select(table.c.id, table.c.envelope).where(free).order_by(table.c.changed_at, table.c.id)
                query = query.with_hint(table, INDEX, "mysql").limit(BATCH - len(rows))
                rows += (await session.execute(query.with_for_update(skip_locked=True))).all()
            if rows:
                claimed = update(table).where(table.c.id.in_([row.id for row in rows]))
                await session.execute(claimed.values(status=CLAIMED, changed_at=now))
        return await self._opened(rows)

    async def _opened(self, rows: Sequence[Any]) -> list[Envelope]:
        """What is in these rows. One that cannot be read, such as a newer version's, is left to others and holds up
        nobody."""
        envelopes, unread = [], []
        for row in rows:
            try:
                envelopes.append(Envelope.model_validate(row.envelope))
            except ValidationError as error:
                unread.append(row.id)
                logger.error("outbox_row_not_read", service=self._name, message_id=row.id, faults=error.error_count())
        if unread:
            await self._mark(unread, PENDING, BEHIND_MS)
        return envelopes

    async def _mark(self, ids: list[str], status: str, later_ms: int = 0) -> None:
        async with self._database.write() as session:
            done = update(self._table).where(self._table.c.id.in_(ids))
            await session.execute(done.values(status=status, changed_at=self._clock.now() + later_ms))

    async def _sweep(self, now: int) -> None:
        """Forget what was sent, consumed or answered more than seven days ago."""
        async with self._database.write() as session:
            old = (self._table.c.status == SENT) & (self._table.c.changed_at < now - KEEP_MS)
            await session.execute(delete(self._table).where(old))
            for column in self._aged:
                await session.execute(delete(column.table).where(column < now - KEEP_MS))
