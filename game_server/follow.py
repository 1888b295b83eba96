"""Following games: each server folds the log of every game it has to do with, entry by entry, in order.

Whoever appends announces; whoever hears applies the entry if it is the next, else reads the log from where it stands. A
lost announcement is found by the look of each second, so every server arrives at the same match. The log is the truth:
where it does not hold what is known here, the game is read anew, and everybody comes in anew.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from edkit import log, metrics
from edkit.errors import NotFound
from game_server.hub import Hub
from game_server.log import Forked, GameLog, Stored
from game_server.roster import Roster
from game_server.rules import entries
from game_server.rules.match import Match, advance, begin, needs

logger = log.get(__name__)
gaps_total = metrics.counter("game_gaps_repaired", "Times a server had to read the log because an entry was missing")
forks_total = metrics.counter("game_logs_gone_back", "Times a log did not hold what had been read from it before")
wrong_boards_total = metrics.counter("game_boards_differing", "Published boards that a server could not fold again")

KEPT = 200
"""Games kept in memory although nobody here listens to them."""


class GameNotFound(NotFound):
    """No game has this id."""

    code = "game_not_found"
    message = "This game is not here. Check the link or the PIN."


class Listener(Protocol):
    """Somebody on this server who wants to know what happens in a game. Nothing here may block or raise."""

    def stepped(self, before: Match, entry: entries.Entry, after: Match) -> None:
        """One more entry was applied."""

    def begun_again(self) -> None:
        """What was told here is not so: the log went back."""

    def players_moved(self) -> None:
        """Somebody joined, came or went."""

    def answers_moved(self) -> None:
        """Somebody answered."""


@dataclass
class Followed:
    """A game as this server knows it: `match` after its newest entry, whose hash is `head`."""

    match: Match
    head: str
    host_key_seq: int = 1
    listener: Listener | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def game_id(self) -> str:
        return self.match.game.game_id


class Follower:
    """All games this server follows."""

    def __init__(self, log: GameLog, roster: Roster, hub: Hub) -> None:
        self._log, self._roster, self._hub = log, roster, hub
        self._games: OrderedDict[str, Followed] = OrderedDict()
        self._loading: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._missed: set[str] = set()

    @property
    def listened(self) -> list[Followed]:
        """The games that somebody here listens to."""
        return [followed for followed in self._games.values() if followed.listener is not None]

    async def get(self, game_id: str) -> Followed:
        """The game as last known here; read from the log if it was not. Raises `GameNotFound`."""
        if (known := self._games.get(game_id)) is not None:
            self._games.move_to_end(game_id)
            return known
        lock = self._loading.setdefault(game_id, asyncio.Lock())
        try:
            async with lock:
                if game_id not in self._games:
                    self._games[game_id] = await self._load(game_id)
        finally:
            self._loading.pop(game_id, None)
        self._forget()
        return self._games[game_id]

    async def listen(self, followed: Followed, listener: Listener) -> None:
        """Tell `listener` what happens in the game from now on."""
        self._games[followed.game_id] = followed
        followed.listener = listener
        await self._hub.subscribe(followed.game_id, self._heard)

    async def unlisten(self, followed: Followed) -> None:
        """Stop telling."""
        followed.listener = None
        await self._hub.unsubscribe(followed.game_id, self._heard)

    async def catch_up(self, followed: Followed) -> None:
        """Apply whatever the log holds beyond what is known here."""
        async with followed.lock:
            await self._read_on(followed)

    async def take(self, followed: Followed, stored: Sequence[Stored]) -> None:
        """Apply these entries, and those before them that are missing here."""
        async with followed.lock:
            fresh = [one for one in stored if one.seq > followed.match.game.seq]
            if not fresh:
                return
            if fresh[0].seq != followed.match.game.seq + 1 or fresh[0].previous != followed.head:
                gaps_total.inc()
                await self._read_on(followed)
            else:
                await self._apply(followed, fresh)

    async def announce(self, game_id: str, stored: Sequence[Stored]) -> None:
        """Tell all servers of new entries."""
        for one in stored:
            await self._hub.publish(game_id, orjson.dumps({"seq": one.seq, **one.row()}))

    def compare(self, followed: Followed, row: Any) -> None:
        """Read on, beside, unless the game stands here where this row of it says."""
        seq = followed.match.game.seq
        if (row.seq, row.head) == (seq, followed.head):
            return
        if row.seq > seq:
            gaps_total.inc()
        self.spawn(self.catch_up(followed))

    def hint(self, game_id: str, what: str) -> None:
        """Tell all servers that `players` or `answers` of a game moved."""
        self.spawn(self._hub.publish(game_id, orjson.dumps({"moved": what, "game": game_id})))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside; `quiet` waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def quiet(self) -> None:
        """Wait until nothing runs beside any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("game_work_failed", error=f"{type(error).__name__}: {error}")

    def _heard(self, game_id: str, message: bytes | None) -> None:
        followed = self._games.get(game_id)
        if followed is None or followed.listener is None:
            return
        if message is None:
            if not self._missed:
                self.spawn(self._catch_up_missed())
            self._missed.add(game_id)
            return
        told = orjson.loads(message)
        if (moved := told.get("moved")) is not None:
            followed.listener.players_moved() if moved == "players" else followed.listener.answers_moved()
        elif told["seq"] > followed.match.game.seq:
            body = told["body"].encode()
            stored = Stored(told["seq"], entries.decode(body), body, told["previous"], told["hash"])
            self.spawn(self.take(followed, [stored]))

    async def _catch_up_missed(self) -> None:
        """The hub was away: read what was announced meanwhile, in the games where there is anything."""
        await asyncio.sleep(0)  # all games are told in one go
        missed, self._missed = self._missed, set()
        for row in await self._log.rows(list(missed)):
            followed = self._games.get(row.id)
            if followed is None or followed.listener is None:
                continue
            self.compare(followed, row)
            followed.listener.players_moved()
            followed.listener.answers_moved()

    async def _read_on(self, followed: Followed) -> None:
        """Apply what the log holds beyond what is known here."""
        try:
            stored = await self._log.after(followed.game_id, followed.match.game.seq, followed.head)
        except Forked:
            await self._begin_again(followed)
        else:
            await self._apply(followed, stored)

    async def _begin_again(self, followed: Followed) -> None:
        """The log went back, as when a replica took over that had not got the last entries. It is right, we are not."""
        forks_total.inc()
        logger.error("log_went_back", game_id=followed.game_id, seq=followed.match.game.seq)
        try:
            truth = await self._load(followed.game_id)
            followed.match, followed.head, followed.host_key_seq = truth.match, truth.head, truth.host_key_seq
        except GameNotFound:
            self._games.pop(followed.game_id, None)
            raise
        finally:
            if followed.listener is not None:
                followed.listener.begun_again()

    async def _load(self, game_id: str) -> Followed:
        stored = await self._log.since(game_id, 0)
        if not stored or not isinstance(stored[0].entry, entries.GameCreated):
            raise GameNotFound
        followed = Followed(begin(stored[0].entry), stored[0].hash)
        await self._apply(followed, stored[1:])
        return followed

    async def _apply(self, followed: Followed, stored: Sequence[Stored]) -> None:
        """Fold entries that follow on each other and on what is known."""
        wanted, roster, game = set(), False, followed.match.game
        for one in stored:
            need = needs(game, one.entry)
            roster = roster or need.roster
            wanted |= set(need.rows)
        for one in stored:  # a regrade needs what was closed before it, also in this very batch
            if isinstance(one.entry, entries.QuestionRegraded):
                wanted |= {e.entry.question_id for e in stored if isinstance(e.entry, entries.QuestionClosed)}
        players = await self._roster.players(game.game_id) if roster else []
        rows = await self._roster.answers(game.game_id, sorted(wanted))
        for one in stored:
            before = followed.match
            after = advance(before, one.entry, players, rows)
            self._compare(one, after)
            followed.match, followed.head = after, one.hash
            if isinstance(one.entry, entries.HostKeyRotated):
                followed.host_key_seq = one.seq
            if followed.listener is not None:
                followed.listener.stepped(before, one.entry, after)

    def _compare(self, stored: Stored, after: Match) -> None:
        """The published board is the one folded here, or somebody changed rows behind our back."""
        if isinstance(stored.entry, entries.QuestionClosed | entries.QuestionRegraded | entries.GameEnded):
            mine = after.board.published(after.game.settings.leaderboard_size)
            if mine != stored.entry.board:
                wrong_boards_total.inc()
                logger.error("board_differs", game_id=after.game.game_id, seq=stored.seq)

    def _forget(self) -> None:
        idle = [game_id for game_id, followed in self._games.items() if followed.listener is None]
        for game_id in idle[: max(0, len(idle) - KEPT)]:
            del self._games[game_id]
