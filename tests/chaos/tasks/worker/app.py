"""Handlers and table of the worker, and the fates that operations are planned to meet here."""

import asyncio

from sqlalchemy import event, insert, update

from edkit.db import found
from edkit.errors import Invalid
from edkit.service import Context, Service, write
from tests.chaos.tasks import watch
from tests.chaos.tasks.messages import AccountChanged, Work, WorkDone
from tests.chaos.tasks.worker.models import account_writes, accounts, effects, metadata

SLOW_S = 0.2


async def work(task: Work, context: Context) -> None:
    if task.plan == "slow":
        await asyncio.sleep(SLOW_S)
    await _note_effect(task.op, "Work", context)
    context.announce(WorkDone(op=task.op))
    if task.plan == "poison":
        raise Invalid("This task can never be done.", code="planted")
    if task.plan == "twice" and watch.times(f"fail-{task.op}", 2):
        raise Invalid("This task is done at the third attempt.", code="planted")
    if task.plan == "die_before" and watch.times(f"die-{task.op}", 1):
        watch.die(context.message_id, "before the commit")
    if task.plan == "die_often" and watch.times(f"die-{task.op}", 6):
        watch.die(context.message_id, "before the commit, again and again")
    if task.plan == "die_after" and watch.times(f"die-{task.op}", 1):
        session = context.session.sync_session
        event.listen(session, "after_commit", lambda _: watch.die(context.message_id, "after the commit"), once=True)


async def follow(change: AccountChanged, context: Context) -> None:
    await _note_effect(change.op, "AccountChanged", context)
    if change.stumbles and watch.times(f"stumble-{change.op}", change.stumbles):
        raise Invalid("This event is understood later.", code="planted")
    older = (accounts.c.id == change.account) & is_older(change.version)
    result = await context.session.execute(update(accounts).where(older).values(version=change.version))
    if found(result):
        row = {"account": change.account, "version": change.version, "message_id": context.message_id}
        await context.session.execute(insert(account_writes).values(row))


def is_older(version: int):  # type: ignore[no-untyped-def]  # an expression of SQLAlchemy, or True in a planted bug
    return accounts.c.version < version


async def _note_effect(op: str, kind: str, context: Context) -> None:
    row = {"message_id": context.message_id, "type": kind, "op": op, "replica": watch.replica()}
    await context.session.execute(insert(effects).values(row))


service = Service(
    "worker",
    package="tests.chaos.tasks.worker",
    metadata=metadata,
    tasks={Work: write(work)},
    events={AccountChanged: write(follow)},
    issuers={Work: ("ledger",), AccountChanged: ("ledger",)},
)
