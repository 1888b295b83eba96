"""What tests of Requests over RabbitMQ have in common."""

import asyncio
from collections.abc import Callable

import orjson

from edkit.bus.rabbit.calls import Calls
from edkit.errors import AppError, ErrorData, Unavailable
from edkit.message import SYSTEM, Envelope, Reply

ROLES = ("echo", "other", "caller")
Open = Callable[..., Calls]


def envelope(message_id: str = "m1", **more: object) -> Envelope:
    fields = {"id": message_id, "type": "Ask", "kind": "request", "actor": SYSTEM, "request_id": "r", "issued_at": 0}
    return Envelope.model_validate(fields | {"body": {"said": message_id}} | more)


async def say_it_back(message: Envelope) -> Reply:
    return Reply(ok=True, body=orjson.dumps(message.body["said"]))


async def answered(calls: Calls, sent: Envelope | None = None) -> Reply:
    """The reply to a request that is repeated until it goes well."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await calls.request("echo", sent or envelope(), 5)
            except Unavailable:
                await asyncio.sleep(0.02)


def refusal_in(reply: Reply) -> AppError:
    assert not reply.ok
    return AppError.from_data(ErrorData.model_validate_json(reply.body))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.002)
