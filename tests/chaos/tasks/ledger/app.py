"""Handlers and table of the ledger."""

from sqlalchemy import insert, select, update

from edkit.errors import Conflict
from edkit.service import Context, Service, read, write
from tests.chaos.tasks.ledger.models import accounts, entries, heard, metadata
from tests.chaos.tasks.messages import AccountChanged, Ask, Book, Booked, Marked, Work, WorkDone


async def book(cmd: Book, context: Context) -> Booked:
    session, own = context.session, accounts.c.id == cmd.account
    await session.execute(update(accounts).where(own).values(version=accounts.c.version + 1))
    version = (await session.execute(select(accounts.c.version).where(own))).scalar_one()
    row = {"op": cmd.op, "account": cmd.account, "version": version, "plan": cmd.plan, "made_at": context.now}
    await session.execute(insert(entries).values(row))
    context.announce(Work(op=cmd.op, plan=cmd.plan))
    context.announce(AccountChanged(op=cmd.op, account=cmd.account, version=version, stumbles=cmd.stumbles))
    if cmd.hold_ms:
        await context.clock.sleep(cmd.hold_ms / 1000)
    if cmd.plan == "rollback":
        for message in context.announced:
            assert context.runtime.outbox is not None
            await context.runtime.outbox.add(session, message)
        raise Conflict("Asked to roll back after everything was written.", code="planned_rollback")
    return Booked(op=cmd.op, account=cmd.account, version=version)


async def ask(query: Ask, context: Context) -> Marked:
    row = (await context.session.execute(select(accounts.c.id).limit(1))).scalar_one()
    if query.ms:
        await context.clock.sleep(query.ms / 1000)
    return Marked(mark=query.mark if row else "")


async def hear(event: WorkDone, context: Context) -> None:
    await context.session.execute(insert(heard).values(message_id=context.message_id, op=event.op))


service = Service(
    "ledger",
    package="tests.chaos.tasks.ledger",
    metadata=metadata,
    requests={Book: write(book), Ask: read(ask)},
    events={WorkDone: write(hear)},
    issuers={Book: ("teller",), Ask: ("teller",), WorkDone: ("worker",)},
)
