"""Connections for Requests over RabbitMQ."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from edkit.bus import Topology
from edkit.bus.rabbit.calls import Calls
from edkit.bus.rabbit.topology import definitions
from edkit.clock import ManualClock
from tests import servers
from tests.contract.calling import ROLES, Open


@pytest.fixture
def requests_url(rabbitmq_server: servers.RabbitMQ) -> Iterator[str]:
    """An empty virtual host with the product's own rights."""
    said = definitions(Topology(ROLES, {}), "/", dict.fromkeys((*ROLES, "operator"), "secret"), (50,))
    name, made = servers.fresh_vhost(rabbitmq_server, definitions=said)
    yield made
    rabbitmq_server.api("DELETE", f"vhosts/{name}")


@pytest.fixture
async def line(requests_url: str) -> AsyncIterator[Open]:
    """Opens a role's connection for Requests; all are closed after the test."""
    opened = []

    def open_one(role: str, over: str = requests_url) -> Calls:
        calls = Calls(over.replace("{service}", role), role, ManualClock())
        opened.append(calls)
        return calls

    yield open_one
    await asyncio.gather(*(calls.close() for calls in opened))
