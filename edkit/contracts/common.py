"""Words that every part of the language uses."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import Field, StringConstraints

from edkit.message import Frozen

Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
"""An identifier. Compared bytewise; never holds meaning."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""One line a person reads: a title, a name."""

Time = datetime
"""RFC 3339 in UTC on the wire."""

T = TypeVar("T")


class Nothing(Frozen):
    """An answer that says only that it was done."""


class Page(Frozen, Generic[T]):
    """One page of a list. `next_cursor` is opaque and absent on the last page."""

    items: tuple[T, ...]
    next_cursor: str | None = None


class PageQuery(Frozen):
    """What every list understands: at most `limit` items after `cursor`, matching the words of `q`."""

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=200)
    q: str | None = Field(default=None, max_length=200)
