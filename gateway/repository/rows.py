"""What every repository needs to know of rows."""

from datetime import UTC, datetime

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.db import found


def moment(ms: int) -> datetime:
    """Epoch milliseconds as a time in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


async def touched(session: AsyncSession, statement: Executable) -> int:
    """Run a statement; the number of rows it found."""
    return found(await session.execute(statement))
