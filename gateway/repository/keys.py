"""Rows of idempotency keys: which message a repeated POST belongs to."""

from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.models import idempotency_keys, sessions

KEEP_MS = 24 * 3_600_000


class TakenKey(NamedTuple):
    """What was first recorded under a key."""

    body_hash: str
    message_id: str


async def take(connection: AsyncConnection, key_id: str, first: TakenKey, now: int) -> TakenKey:
    """What was recorded under a key in the last 24 h: `first`, when there was nothing.

    Raises IntegrityError when another takes the same key at the same moment: ask again.
    """
    table = idempotency_keys
    query = select(table.c.body_hash, table.c.message_id, table.c.made_at).where(table.c.id == key_id)
    row = (await connection.execute(query)).first()
    if row is not None and row.made_at > now - KEEP_MS:
        return TakenKey(row.body_hash, row.message_id)
    if row is not None:
        await connection.execute(delete(table).where((table.c.id == key_id) & (table.c.made_at == row.made_at)))
    await connection.execute(insert(table).values(id=key_id, **first._asdict(), made_at=now))
    return first


async def sweep(connection: AsyncConnection, now: int) -> None:
    """Forget keys older than 24 h, and sessions that have expired."""
    await connection.execute(delete(idempotency_keys).where(idempotency_keys.c.made_at <= now - KEEP_MS))
    await connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
