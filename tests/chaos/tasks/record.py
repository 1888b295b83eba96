"""The final record: what the databases and the dead letters hold, and how far everything is from rest."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, create_engine, func, select

from edkit.bus import DeadLetter
from edkit.db.tables import SENT
from tests.chaos.tasks.ledger import models as ledger
from tests.chaos.tasks.site import Alone, Spread
from tests.chaos.tasks.worker import models as worker

Rows = list[dict[str, Any]]


def read(site: Alone | Spread, dead: Iterable[DeadLetter]) -> dict[str, Rows]:
    """Everything that is stored, as plain rows. Blocking."""
    books, works = create_engine(site.database("ledger")), create_engine(site.database("worker"))
    try:
        with books.connect() as one, works.connect() as two:
            return {
                "entries": _rows(one, ledger.entries),
                "ledger_outbox": _outbox(one, ledger.metadata.tables["outbox"]),
                "worker_outbox": _outbox(two, worker.metadata.tables["outbox"]),
                "effects": _rows(two, worker.effects),
                "heard": _rows(one, ledger.heard),
                "accounts": _rows(one, ledger.accounts),
                "copies": _rows(two, worker.accounts),
                "account_writes": _rows(two, worker.account_writes),
                "dead": [letter._asdict() for letter in dead],
            }
    finally:
        books.dispose()
        works.dispose()


def unrest(site: Alone | Spread, poisons: int) -> int:
    """How many messages have not had their effect yet; `poisons` of them never will. Blocking."""
    books, works = create_engine(site.database("ledger")), create_engine(site.database("worker"))
    try:
        with books.connect() as one, works.connect() as two:
            told = _unsent(one, ledger.metadata.tables["outbox"]) + _unsent(two, worker.metadata.tables["outbox"])
            announced = _count(one, ledger.metadata.tables["outbox"]) + _count(two, worker.metadata.tables["outbox"])
            return told + max(0, announced - poisons - _count(two, worker.effects) - _count(one, ledger.heard))
    finally:
        books.dispose()
        works.dispose()


def _rows(connection: Connection, table: Table) -> Rows:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


def _outbox(connection: Connection, table: Table) -> Rows:
    found = []
    for row in connection.execute(select(table)).mappings():
        envelope = row["envelope"]
        envelope = json.loads(envelope) if isinstance(envelope, str) else envelope
        body = envelope["body"]
        found.append(
            {"id": row["id"], "status": row["status"], "changed_at": row["changed_at"], "type": envelope["type"]}
            | {"op": body["op"], "version": body.get("version")}
        )
    return found


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _unsent(connection: Connection, table: Table) -> int:
    query = select(func.count()).select_from(table).where(table.c.status != SENT)
    return int(connection.execute(query).scalar_one())
