"""The demo school, made once at the first start of an installation that shows it."""

from contextlib import suppress

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from edkit import log
from edkit.contracts.demo import (
    DEMO_CLASS_ID,
    DEMO_CLASS_NAME,
    DEMO_JOIN_CODE,
    DEMO_PASSWORD,
    DEMO_STUDENTS,
    DEMO_TEACHER,
)
from edkit.db import retrying
from edkit.service import Runtime
from gateway.models import marks
from gateway.passwords import passwords_of
from gateway.repository.accounts import AccountRepository, StoredUser
from gateway.repository.classes import ClassRepository

logger = log.get(__name__)

MARK = "demo"
STATE = "demo"


async def seed_demo(runtime: Runtime) -> None:
    """Start hook: a teacher, a class and its students, if the demo is on and nobody has an account yet. Once."""
    if runtime.settings.demo and await _wanted(runtime):
        with suppress(IntegrityError):  # another gateway that starts at this moment was quicker
            await retrying(lambda: _seed(runtime))
    runtime.state[STATE] = runtime.settings.demo and await _marked(runtime)


def has_demo(runtime: Runtime) -> bool:
    """Whether the demo school is there and may be shown."""
    return bool(runtime.state.get(STATE))


async def _seed(runtime: Runtime) -> None:
    password_hash = await passwords_of(runtime).hash(DEMO_PASSWORD)
    now = runtime.clock.now()
    async with runtime.database.write() as session:
        accounts, classes = AccountRepository(session), ClassRepository(session)
        if await accounts.count():
            return  # another process was quicker
        await session.execute(insert(marks).values(name=MARK, made_at=now))
        for person in (DEMO_TEACHER, *DEMO_STUDENTS):
            await accounts.add(StoredUser(person.id, person.email, person.name, person.role, password_hash, now))
        teacher_id = DEMO_TEACHER.id
        await classes.add(DEMO_CLASS_ID, DEMO_CLASS_NAME, teacher_id=teacher_id, join_code=DEMO_JOIN_CODE, now=now)
        for student in DEMO_STUDENTS:
            await classes.put_member(DEMO_CLASS_ID, student.id, now)
        await runtime.announce(session, await classes.state(DEMO_CLASS_ID))
    logger.info("demo_seeded")


async def _wanted(runtime: Runtime) -> bool:
    async with runtime.database.read() as session:
        return not await _marked(runtime) and not await AccountRepository(session).count()


async def _marked(runtime: Runtime) -> bool:
    async with runtime.database.read() as session:
        return (await session.execute(select(marks.c.name).where(marks.c.name == MARK))).first() is not None
