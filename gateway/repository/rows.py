"""What every repository needs to know of rows."""

from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncSession


def moment(ms: int) -> datetime:
    """Epoch milliseconds as a time in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


async def touched(session: AsyncSession, statement: Executable) -> int:
    """Run a statement; the number of rows it found."""
    return cast(CursorResult[Any], await session.execute(statement)).rowcount
