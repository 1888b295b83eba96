"""Every test here runs on both event loops: uvloop, which the product prefers, and asyncio's own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import uvloop

from tests.sockets.playground import Classroom, Served, serving


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A server with default settings and two namespaces, `/games` and `/notes`."""
    async with serving() as running:
        yield running


@pytest.fixture
def room(served: Served) -> Classroom:
    """The namespace behind `/games` of `served`."""
    return served.room
