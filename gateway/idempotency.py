"""`Idempotency-Key`: the same key and body again within 24 h is the same message, so it has one effect and one answer.

What is recorded before sending: actor, route and key (as one hash), the body's hash, and the message id. The service's
runner keeps its reply under that id in the transaction of the effect.
"""

import hashlib
import re

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from edkit.errors import Invalid, Malformed
from edkit.message import Actor
from edkit.service import Runtime
from gateway.repository import keys
from gateway.repository.notifications import NotificationRepository

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


async def message_id_for(runtime: Runtime, actor: Actor, route: str, key: str, body_hash: str) -> str:
    """The id under which this POST is sent, now and whenever it is repeated.

    Invalid, code `idempotency_mismatch`, when the key came with another body before.
    """
    if not _KEY.fullmatch(key):
        raise Malformed("Idempotency-Key must be 1 to 200 visible characters.", code="bad_idempotency_key")
    key_id = hashlib.sha256("\n".join((actor.id, route, key)).encode()).hexdigest()
    first = keys.TakenKey(body_hash, runtime.ids.new())

    async def take(connection: AsyncConnection) -> keys.TakenKey:
        return await keys.take(connection, key_id, first, runtime.clock.now())

    try:
        taken = await runtime.database.autocommit(take)
    except IntegrityError:  # the same key at the same moment, elsewhere
        taken = await runtime.database.autocommit(take)
    if taken.body_hash != body_hash:
        message = "This Idempotency-Key was used with another body. Make a new key for a new request."
        raise Invalid(message, code="idempotency_mismatch")
    return taken.message_id


def hash_of(*parts: bytes | str) -> str:
    """One hash of several parts; where one ends and the next begins counts."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(encoded) + encoded)
    return digest.hexdigest()


async def sweep_for_ever(runtime: Runtime) -> None:
    """Forget old keys, expired sessions and old notifications each hour."""
    while True:
        await runtime.clock.sleep(3600)
        await runtime.database.autocommit(lambda connection: keys.sweep(connection, runtime.clock.now()))
        more = True
        while more:
            async with runtime.database.write() as session:
                more = await NotificationRepository(session).sweep(runtime.clock.now())
