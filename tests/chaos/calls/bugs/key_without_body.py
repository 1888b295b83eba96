"""An Idempotency-Key stands for a message, whatever body comes with it."""

from gateway import desk
from gateway.idempotency import message_id_for

CAUGHT_BY = {"M6 other body"}


def plant() -> None:
    async def careless(runtime: object, actor: object, route: object, key: object, body_hash: object) -> str:
        return await message_id_for(runtime, actor, route, key, "any")

    desk.message_id_for = careless
