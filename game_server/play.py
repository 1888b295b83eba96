"""What happens in games: decided by the rules on the newest known state, stored by compare-and-set, decided again if
another server was first. Nothing here knows a socket."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from edkit import log
from edkit.contracts import games as wire
from edkit.contracts.game_messages import GameFinished, GameRegraded, GetQuizForGame
from edkit.errors import Conflict, Forbidden, Invalid, Unavailable
from edkit.message import Actor, Event
from edkit.service import Runtime
from game_server.answers import Answers
from game_server.credentials import Credentials, digest
from game_server.follow import Followed, Follower
from game_server.gametime import GameTime
from game_server.hub import Hub
from game_server.log import GameLog, Moved, Op, Stored
from game_server.presence import Presence
from game_server.roster import Roster
from game_server.rules import entries
from game_server.rules.board import changes
from game_server.rules.decide import Attendance, Command, Facts, Plan, Stale, decide, decide_due, settle
from game_server.rules.freeze import freeze
from game_server.rules.game import Game
from game_server.rules.match import Match, advance, write
from game_server.rules.refusal import Refusal

logger = log.get(__name__)

_ATTEMPTS = 40
LOOK_EVERY_S = 0.04
"""Between two looks that answers ask for. Real time, not the game's: it spares the database while a class answers."""
"""Other servers were first this often in a row: the database is in trouble."""

Decide = Callable[[Match], Awaitable[Plan | Stale | Refusal | None]]


@dataclass(frozen=True)
class Created:
    """A new game."""

    followed: Followed
    host_key: str


@dataclass(frozen=True)
class Commanded:
    """What came of a host's command. `changes` answer a regrade."""

    changes: tuple[wire.ScoreChange, ...] | None = None


class Play:
    """The games as this server works on them."""

    def __init__(self, runtime: Runtime, hub: Hub) -> None:
        database = runtime.database
        self.runtime, self.bus, self.ids, self.chance, self.clock = (
            runtime,
            runtime.bus,
            runtime.ids,
            runtime.chance,
            runtime.clock,
        )
        self.server_id = runtime.ids.new()
        self.time = GameTime(runtime.clock, database)
        self.log = GameLog(database, runtime.clock, self.time.now, runtime.chance, runtime.announce)
        self.roster = Roster(database)
        self.answers = Answers(database, runtime.clock, self._answers_committed)
        self.presence = Presence(database, self.time, self.server_id, self._presence_changed)
        self.follower = Follower(self.log, self.roster, hub)
        self.credentials = Credentials(runtime.keys)
        self._looks: dict[str, bool] = {}

    def media_url(self, game: Game) -> Callable[[str, str], str]:
        """How pictures of this game are addressed."""
        return lambda question_id, url: self.credentials.media_url(game.game_id, game.created_at, question_id, url)

    async def create(self, actor: Actor, cmd: wire.CreateGame) -> Created:
        """A new game of the actor's quiz as it stands now. The same `op_id` again is the same game."""
        if actor.role not in ("teacher", "admin"):
            raise Forbidden("Sign in as a teacher to host a game.", code="not_a_teacher")
        if (known := await self._created_before(actor, cmd)) is not None:
            return known
        quiz = await self.bus.call(GetQuizForGame(quiz_id=cmd.quiz_id), actor=actor)
        seed = hashlib.sha256(self.chance.token(32).encode()).digest()
        questions = freeze(quiz.questions, cmd.settings, seed)
        if isinstance(questions, Refusal):
            raise Invalid(questions.message, code=questions.code)
        game_id, now = self.ids.new(), self.time.now()
        host_key = self.credentials.host_key(game_id, 1)

        def first(pin: str) -> entries.GameCreated:
            return entries.GameCreated(
                at=now,
                by="host",
                game_id=game_id,
                pin=pin,
                owner_id=actor.id,
                quiz_id=quiz.id,
                quiz_version=quiz.version,
                title=quiz.title,
                questions=questions,
                settings=cmd.settings,
                rules_version=entries.RULES_VERSION,
                host_key_sha256=digest(host_key),
            )

        op = None if cmd.op_id is None else Op(actor.id, cmd.op_id, {"game_id": game_id})
        try:
            await self.log.create(first, language=quiz.language, op=op)
        except Moved:
            if (known := await self._created_before(actor, cmd)) is None:
                raise Unavailable from None
            return known
        logger.info("game_created", game_id=game_id, questions=len(questions))
        return Created(await self.follower.get(game_id), host_key)

    async def _created_before(self, actor: Actor, cmd: wire.CreateGame) -> Created | None:
        outcome = None if cmd.op_id is None else await self.log.outcome(actor.id, cmd.op_id)
        if outcome is None:
            return None
        followed = await self.follower.get(outcome["game_id"])
        return Created(followed, self.credentials.host_key(followed.game_id, followed.host_key_seq))

    async def command(self, followed: Followed, command: Command, *, host_key_seq: int | None = None) -> Commanded:
        """Carry out a host's command, once for each `op_id`. `host_key_seq`: which host key gave the right to it.

        Raises Conflict with the code of the rules' refusal; a stale command changes nothing and raises nothing. Nobody
        is refused for what this server has yet to hear: a host may know by another what has happened.
        """
        if (known := await self._commanded_before(followed, command.op_id)) is not None:
            return known
        if command.seq is not None and command.seq > followed.match.game.seq:
            await self.follower.catch_up(followed)

        async def choose(match: Match) -> Plan | Stale | Refusal:
            if host_key_seq is not None and host_key_seq != followed.host_key_seq:
                raise Forbidden("This host key was replaced. Ask the owner for the new one.", code="host_key_replaced")
            return decide(match.game, command, self.time.now(), await self._facts(followed, command))

        try:
            done = await self._act(followed, choose, command.op_id)
            if isinstance(done, Refusal) and await self._was_behind(followed):
                done = await self._act(followed, choose, command.op_id)
        except Moved:  # the same op_id, at the same moment on another server
            return await self._commanded_before(followed, command.op_id) or Commanded()
        if isinstance(done, Refusal):
            raise Conflict(done.message, code=done.code)
        return Commanded(_changes(command, *done)) if isinstance(done, tuple) else Commanded()

    async def _was_behind(self, followed: Followed) -> bool:
        seq = followed.match.game.seq
        await self.follower.catch_up(followed)
        return followed.match.game.seq > seq

    async def _commanded_before(self, followed: Followed, op_id: str | None) -> Commanded | None:
        outcome = None if op_id is None else await self.log.outcome(followed.game_id, op_id)
        if outcome is None:
            return None
        await self.follower.catch_up(followed)
        changed = outcome.get("changes")
        return Commanded(None if changed is None else tuple(wire.ScoreChange(**change) for change in changed))

    async def _facts(self, followed: Followed, command: Command) -> Facts:
        match command:
            case wire.KickPlayer():
                return Facts(known=await self.roster.known(followed.game_id, [command.player_id]))
            case wire.ExtendQuestion() if command.player_ids is not None:
                return Facts(known=await self.roster.known(followed.game_id, command.player_ids))
            case wire.RotateHostKey():
                key = self.credentials.host_key(followed.game_id, followed.match.game.seq + 1)
                return Facts(host_key_sha256=digest(key))
            case _:
                return Facts()

    async def look(self, game_id: str) -> None:
        """Do in this game what time, answers or presence have made due, if anything."""
        followed = await self.follower.get(game_id)
        row = await self.log.row(game_id)
        if (row.seq, row.head) != (followed.match.game.seq, followed.head):
            await self.follower.catch_up(followed)
        if row.gate is not None and row.due_at is not None and row.due_at <= self.time.now():
            await self._finish_closing(followed)

        async def choose(match: Match) -> Plan | None:
            attendance = await self.attendance(match.game) if self.presence.trusted else None
            return decide_due(match.game, self.time.now(), attendance)

        await self._act(followed, choose, None)

    def look_soon(self, game_id: str) -> None:
        """`look`, beside; calls that come while one runs are one more look after it."""
        if game_id in self._looks:
            self._looks[game_id] = True
            return
        self._looks[game_id] = False
        self.follower.spawn(self._look_until_seen(game_id))

    async def _look_until_seen(self, game_id: str) -> None:
        try:
            again = True
            while again:
                await self.look(game_id)
                again, self._looks[game_id] = self._looks[game_id], False
                if again:
                    await asyncio.sleep(LOOK_EVERY_S)
        finally:
            del self._looks[game_id]

    async def attendance(self, game: Game) -> Attendance | None:
        """Who takes part in the open question; None while none is open."""
        question = game.open_question
        if question is None:
            return None
        asked, attendance = (await self.presence.attendance([game.game_id])).get(game.game_id, ("", None))
        return attendance if asked == question.id else None

    async def _act(
        self, followed: Followed, choose: Decide, op_id: str | None
    ) -> tuple[Match, Match] | Stale | Refusal | None:
        """Carry out what `choose` decides on the newest state; the match before and after it."""
        for attempt in range(_ATTEMPTS):
            match, head = followed.match, followed.head
            decision = await choose(match)
            if not isinstance(decision, Plan):
                return decision
            try:
                return await self._carry_out(followed, match, head, decision, op_id)
            except Moved:
                await self.follower.catch_up(followed)
                if op_id is not None and await self.log.outcome(followed.game_id, op_id) is not None:
                    raise
                await self._finish_closing(followed)
                if attempt > 5:
                    await self.clock.sleep(0.01 * attempt)
        raise Unavailable("Too much happens in this game at once. Try again in a moment.")

    async def _carry_out(
        self, followed: Followed, match: Match, head: str, plan: Plan, op_id: str | None
    ) -> tuple[Match, Match]:
        """Append what `plan`, decided on `match`, says. Raises `Moved` unless the log still ends there."""
        game = match.game
        if plan.gate is not None:
            await self.log.shut(game, plan.gate)
        players = await self.roster.players(game.game_id) if plan.roster else []
        rows = await self.roster.answers(game.game_id, plan.rows)
        added = write(match, plan, players, rows)
        after = match
        for entry in added:
            after = advance(after, entry, players, rows)
        op = None
        if op_id is not None:
            changed = [c for e in added if isinstance(e, entries.QuestionRegraded) for c in _changed(match, after)]
            outcome = {"seq": after.game.seq, "changes": [c.wire() for c in changed] or None}
            op = Op(game.game_id, op_id, outcome)
        told = _announcements(added, after.game, len(players))
        stored = await self.log.append(game, head, added, after.game, op=op, announced=told)
        await self._spread(followed, stored)
        return match, after

    async def _finish_closing(self, followed: Followed) -> None:
        """If the gate of the open question is shut, close the question: whoever shut it may be gone."""
        match, head = followed.match, followed.head
        row = await self.log.row(followed.game_id)
        plan = settle(match.game, self.time.now())
        if row.gate is None or row.seq != match.game.seq or plan is None:
            return
        try:
            await self._carry_out(followed, match, head, plan, None)
        except Moved:
            await self.follower.catch_up(followed)

    async def _spread(self, followed: Followed, stored: Sequence[Stored]) -> None:
        """The server that took the command goes the same way as all the others."""
        await self.follower.take(followed, stored)
        await self.follower.announce(followed.game_id, stored)

    def _answers_committed(self, games: set[str]) -> None:
        for game_id in games:
            self.follower.hint(game_id, "answers")
            self.look_soon(game_id)

    def _presence_changed(self, games: set[str]) -> None:
        for game_id in games:  # who leaves counts for some seconds more: that is for the look of each second
            self.follower.hint(game_id, "players")


def _changed(before: Match, after: Match) -> list[wire.ScoreChange]:
    return list(changes(before.board, after.board))


def _changes(command: Command, before: Match, after: Match) -> tuple[wire.ScoreChange, ...] | None:
    return tuple(_changed(before, after)) if isinstance(command, wire.RegradeQuestion) else None


def time_of(millis: int) -> datetime:
    """Epoch milliseconds as the wire writes times."""
    return datetime.fromtimestamp(millis / 1000, UTC)


def _announcements(added: Sequence[entries.Entry], game: Game, players: int) -> list[Event]:
    """What other services are told of these entries."""
    told: list[Event] = []
    for entry in added:
        if isinstance(entry, entries.GameEnded):
            told.append(
                GameFinished(
                    game_id=game.game_id,
                    version=game.version,
                    owner_id=game.owner_id,
                    quiz_id=game.quiz_id,
                    title=game.title,
                    created_at=time_of(game.created_at),
                    started_at=None if game.started_at is None else time_of(game.started_at),
                    ended_at=time_of(entry.at),
                    question_count=len(game.questions),
                    player_count=players - len(game.kicked),
                    answer_count=sum(closed.answered for closed in game.closed.values()),
                )
            )
        elif isinstance(entry, entries.QuestionRegraded) and game.version:
            told.append(
                GameRegraded(
                    game_id=game.game_id,
                    version=game.version,
                    owner_id=game.owner_id,
                    quiz_id=game.quiz_id,
                    question_id=entry.question_id,
                )
            )
    return told
