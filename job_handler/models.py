"""The tables of jobs, their steps, and what people may use. Text is compared bytewise; times are epoch ms."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table

from edkit.db.tables import add_message_tables
from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, long_text, millis, new_metadata, short_text

metadata = new_metadata()
add_message_tables(metadata)

jobs = Table(
    "jobs",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("kind", key_text(), nullable=False),
    Column("owner", key_text(), nullable=False),
    Column("role", key_text(), nullable=False, doc="of the owner, when the job was asked for"),
    Column("request_id", key_text(), doc="of the request that asked for it, for the logs"),
    Column("title", short_text(200), nullable=False),
    Column("arguments", JsonText(), nullable=False),
    Column("status", key_text(), nullable=False),
    Column("progress", Integer, nullable=False, doc="thousandths"),
    Column("stage", short_text(200), nullable=False),
    Column("engine", short_text(100)),
    Column("result", JsonText()),
    Column("error", JsonText(), doc="a JobError"),
    Column("attempts", Integer, nullable=False),
    Column("turn", BigInteger, doc="its place in the line, the least first; none once nothing is left to do"),
    Column("due_at", millis(), doc="when a worker must look at it; the end of the lease while one works on it"),
    Column("expected_ms", millis(), doc="of work, by earlier jobs of the kind"),
    Column("holder", key_text(), doc="the worker that holds the lease"),
    Column("seat", short_text(120), doc="owner, kind and number: nobody sits where another does"),
    Column("unended", Integer, nullable=False, doc="how often it was taken since its worker last had a word to say"),
    Column("fence", Integer, nullable=False, doc="grows with every lease; what an older one writes is refused"),
    Column("after_left", Boolean, nullable=False, doc="completed, with steps still to be run afterwards"),
    Column("version", Integer, nullable=False),
    Column("created_at", millis(), nullable=False),
    Column("updated_at", millis(), nullable=False),
    Column("finished_at", millis()),
    Index(None, "turn", "created_at", "id"),
    Index(None, "owner", "turn"),
    Index("uq_jobs_seat", "seat", unique=True),
    Index(None, "owner", "updated_at", "id"),
    Index(None, "updated_at", "id"),
    Index(None, "kind", "finished_at"),
    Index(None, "finished_at"),
    **TABLE_OPTIONS,
)

steps = Table(
    "steps",
    metadata,
    Column("job_id", key_text(), nullable=False),
    Column("name", key_text(), nullable=False),
    Column("input_hash", short_text(64), nullable=False, doc="of what the step was given"),
    Column("state", key_text(), nullable=False),
    Column("attempts", Integer, nullable=False, doc="how often it was begun"),
    Column("started_at", millis(), nullable=False),
    Column("spent_ms", millis()),
    Column("result", long_text(), doc="JSON; dropped an hour after the end"),
    Column("error", JsonText(), doc="a JobError"),
    PrimaryKeyConstraint("job_id", "name"),
    **TABLE_OPTIONS,
)

quotas = Table(
    "quotas",
    metadata,
    Column("owner", key_text(), nullable=False),
    Column("kind", key_text(), nullable=False),
    Column("day", Integer, nullable=False, autoincrement=False, doc="days since 1970, UTC"),
    Column("begun", Integer, nullable=False),
    PrimaryKeyConstraint("owner", "kind", "day"),
    Index(None, "day"),
    **TABLE_OPTIONS,
)

budgets = Table(
    "budgets",
    metadata,
    Column("owner", key_text(), nullable=False, doc="a person, or nothing for all together"),
    Column("day", Integer, nullable=False, autoincrement=False, doc="days since 1970, UTC"),
    Column("spent", BigInteger, nullable=False, doc="tokens"),
    Column("reserved", BigInteger, nullable=False, doc="tokens that calls under way may still need"),
    Column("cost_micros", BigInteger, nullable=False),
    PrimaryKeyConstraint("owner", "day"),
    Index(None, "day"),
    **TABLE_OPTIONS,
)

reservations = Table(
    "reservations",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("owner", key_text(), nullable=False),
    Column("day", Integer, nullable=False, doc="on whose budget it stands"),
    Column("tokens", BigInteger, nullable=False),
    Column("state", key_text(), nullable=False, doc="open, settled, or returned when nobody settled it in time"),
    Column("made_at", millis(), nullable=False),
    Index(None, "state", "made_at"),
    **TABLE_OPTIONS,
)
