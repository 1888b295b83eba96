"""The tables of live games. Text is compared bytewise; times are epoch milliseconds of the game clock.

The log (`entries`) and the rows of `players` and `answers` are the truth. What `games` holds beside `seq` and `head` is
taken from the log by the statement that appends, so that one statement can accept an answer without knowing the rules.
"""

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from edkit.db.tables import add_message_tables
from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, long_text, millis, new_metadata, short_text

metadata = new_metadata()
add_message_tables(metadata)

games = Table(
    "games",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("pin", short_text(6), nullable=False),
    Column("owner", key_text(), nullable=False),
    Column("quiz_id", key_text(), nullable=False),
    Column("title", short_text(200), nullable=False),
    Column("language", key_text(), doc="of the quiz, for names that the game makes"),
    Column("question_count", Integer, nullable=False),
    Column("created_at", millis(), nullable=False),
    Column("started_at", millis()),
    Column("ended_at", millis()),
    Column("version", Integer, nullable=False, doc="of the results; 0 before the end"),
    Column("seq", Integer, nullable=False),
    Column("head", short_text(64), nullable=False, doc="hash of the newest entry"),
    Column("phase", key_text(), nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("question_id", key_text(), doc="the open question"),
    Column("opens_at", millis(), doc="when it opens or opened, pauses taken out"),
    Column("since", millis(), doc="when its time last began to run: answers received before came early or in a pause"),
    Column("closes_at", millis(), doc="its deadline for everyone without an extension"),
    Column("gate", key_text(), doc="the question whose answers are frozen"),
    Column("due_at", millis(), doc="when a server must act by itself; none once ended"),
    Column("host_command_at", millis(), nullable=False),
    Column("host_key_seq", Integer, nullable=False, doc="the entry that made the host key that holds"),
    Column("joined", Integer, nullable=False, doc="how many have joined, those kicked included"),
    Column("kicked", Integer, nullable=False, doc="how many of them were kicked"),
    Index(None, "owner", "created_at", "id"),
    Index(None, "due_at"),
    **TABLE_OPTIONS,
)

pins = Table(
    "pins",
    metadata,
    Column("pin", short_text(6), primary_key=True),
    Column("game_id", key_text(), nullable=False),
    Column("free_at", millis(), doc="when another game may take it; none while the game lives"),
    **TABLE_OPTIONS,
)

entries = Table(
    "entries",
    metadata,
    Column("game_id", key_text(), nullable=False),
    Column("seq", Integer, nullable=False, autoincrement=False),
    Column("body", long_text(), nullable=False, doc="the bytes that are hashed"),
    Column("previous", short_text(64), nullable=False),
    Column("hash", short_text(64), nullable=False),
    PrimaryKeyConstraint("game_id", "seq"),
    **TABLE_OPTIONS,
)

players = Table(
    "players",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("game_id", key_text(), nullable=False),
    Column("nickname", short_text(64), nullable=False),
    Column("nickname_key", short_text(64), doc="the folded nickname; none once kicked, so that it is free again"),
    Column("join_id", key_text(), nullable=False),
    Column("team", short_text(64)),
    Column("identifier", short_text(100)),
    Column("user_id", key_text()),
    Column("device", key_text()),
    Column("joined_at", millis(), nullable=False),
    Column("joined_seq", Integer, nullable=False, doc="the game's then; ranked by entries with a greater one"),
    Column("kicked_seq", Integer),
    Column("extended", key_text(), doc="the question this player has more time for"),
    Column("extra_ms", millis(), nullable=False),
    Column("shut", key_text(), doc="the question that takes no answer of this player any more"),
    UniqueConstraint("game_id", "nickname_key"),
    UniqueConstraint("game_id", "join_id"),
    **TABLE_OPTIONS,
)

bans = Table(
    "bans",
    metadata,
    Column("game_id", key_text(), nullable=False),
    Column("kind", key_text(), nullable=False, doc="device, user or nickname"),
    Column("value", short_text(64), nullable=False),
    PrimaryKeyConstraint("game_id", "kind", "value"),
    **TABLE_OPTIONS,
)

answers = Table(
    "answers",
    metadata,
    Column("game_id", key_text(), nullable=False),
    Column("question_id", key_text(), nullable=False),
    Column("player_id", key_text(), nullable=False),
    Column("answer_id", key_text(), nullable=False),
    Column("choice", JsonText(), nullable=False),
    Column("received_at", millis(), nullable=False),
    Column("received_ms", millis(), nullable=False, doc="since opening, without pauses"),
    Column("credit_ms", Integer, nullable=False, doc="latency credit, fixed at acceptance"),
    Column("seq", Integer, nullable=False, doc="the game's at acceptance"),
    PrimaryKeyConstraint("game_id", "question_id", "player_id"),
    UniqueConstraint("game_id", "answer_id"),
    **TABLE_OPTIONS,
)

connections = Table(
    "connections",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("game_id", key_text(), nullable=False),
    Column("player_id", key_text(), nullable=False),
    Column("server_id", key_text(), nullable=False),
    Column("ended_at", millis()),
    Column("rtt_ms", Integer),
    Index(None, "player_id"),
    Index(None, "game_id"),
    Index(None, "server_id"),
    Index(None, "ended_at"),
    **TABLE_OPTIONS,
)

servers = Table(
    "servers",
    metadata,
    Column("id", key_text(), primary_key=True, doc="one per start of a server process"),
    Column("beat_at", millis(), nullable=False),
    **TABLE_OPTIONS,
)

ops = Table(
    "ops",
    metadata,
    Column("scope", key_text(), nullable=False, doc="the game, or the owner where a game is created"),
    Column("op_id", key_text(), nullable=False),
    Column("outcome", JsonText(), nullable=False),
    Column("made_at", millis(), nullable=False),
    PrimaryKeyConstraint("scope", "op_id"),
    Index(None, "made_at"),
    **TABLE_OPTIONS,
)
