"""Rows of sign-ins. A session without a row holds no longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.models import sessions
from gateway.repository.rows import touched


@dataclass(frozen=True)
class StoredSession:
    """A row of `sessions`."""

    id: str
    user_id: str
    generation: int
    rotated_at: int
    device: str
    created_at: int
    expires_at: int


class SessionRepository:
    """Sessions of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, session_id: str, now: int) -> StoredSession | None:
        """The session, unless it has expired."""
        alive = (sessions.c.id == session_id) & (sessions.c.expires_at > now)
        row = (await self._session.execute(select(*sessions.c).where(alive))).first()
        return None if row is None else StoredSession(*row)

    async def of_user(self, user_id: str) -> list[StoredSession]:
        query = select(*sessions.c).where(sessions.c.user_id == user_id).order_by(sessions.c.created_at)
        return [StoredSession(*row) for row in await self._session.execute(query)]

    async def add(self, session_id: str, user_id: str, *, device: str, now: int, expires_at: int) -> None:
        values = {
            "id": session_id,
            "user_id": user_id,
            "generation": 1,
            "rotated_at": now,
            "device": device,
            "created_at": now,
            "expires_at": expires_at,
        }
        await self._session.execute(insert(sessions).values(values))

    async def rotate(self, session_id: str, generation: int, *, device: str, now: int, expires_at: int) -> bool:
        """Make the next generation the one that holds; False unless `generation` is the current one and not expired."""
        current = (sessions.c.id == session_id) & (sessions.c.generation == generation) & (sessions.c.expires_at > now)
        values: dict[str, Any] = {"generation": generation + 1, "rotated_at": now, "device": device}
        swap = update(sessions).where(current).values(**values, expires_at=expires_at)
        return await touched(self._session, swap) == 1

    async def alive(self, session_ids: Sequence[str], now: int) -> set[str]:
        """Those of these sessions that have neither ended nor expired."""
        query = select(sessions.c.id).where(sessions.c.id.in_(session_ids), sessions.c.expires_at > now)
        return set((await self._session.execute(query)).scalars())

    async def end(self, session_id: str) -> bool:
        """Whether there was one to end."""
        return await touched(self._session, delete(sessions).where(sessions.c.id == session_id)) == 1

    async def end_all_of(self, user_id: str, *, but: str | None = None) -> list[str]:
        """End the user's sessions, `but` one; the ids of those ended."""
        ended = [stored.id for stored in await self.of_user(user_id) if stored.id != but]
        for session_id in ended:
            await self.end(session_id)
        return ended
