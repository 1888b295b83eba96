"""Rooms: the games that sockets of this server are in, what they are told, and the counters their hosts see."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from edkit import log, metrics
from edkit.contracts import games as wire
from edkit.sockets import Socket
from game_server.fanout import Audience
from game_server.follow import Followed
from game_server.play import Play
from game_server.presence import Present
from game_server.rules import entries
from game_server.rules.decide import due_at
from game_server.rules.match import Match
from game_server.rules.rows import PlayerRow
from game_server.rules.view import state_for_host, state_for_player

logger = log.get(__name__)
rooms_live = metrics.gauge("game_rooms", "Games with sockets on this server")
sockets_open = metrics.gauge("game_sockets", "Sockets in games on this server", ["role"])

lag_seconds = metrics.histogram("game_follow_lag_seconds", "From deciding an entry to saying it here")

PULSE_S = 0.1
"""Hosts are sent changes of players and counters at most this often."""


@dataclass(frozen=True)
class Seen:
    """What hosts were last told."""

    players: dict[str, Present]
    count: int = -1
    answered: tuple[str, int, int] | None = None


class Room:
    """One game with sockets here."""

    def __init__(self, play: Play, followed: Followed) -> None:
        self._play, self.followed = play, followed
        self.audience = Audience()
        self.entering = 0
        self.population: object = None  # what the last look at everybody's presence found
        self._media_url = play.media_url(followed.match.game)
        self._seen = Seen({})
        self._players_moved = self._answers_moved = False
        self._pulse: asyncio.Task[None] | None = None

    @property
    def match(self) -> Match:
        return self.followed.match

    @property
    def due_at(self) -> int | None:
        """When something falls due in this game by itself."""
        return due_at(self.match.game)

    def add(self, socket: Socket, player_id: str | None) -> None:
        """From now on the socket hears of every entry after the present one."""
        self.audience.add(socket, player_id)
        sockets_open.labels("host" if player_id is None else "player").inc()

    def remove(self, socket: Socket, player_id: str | None) -> None:
        self.audience.remove(socket, player_id)
        sockets_open.labels("host" if player_id is None else "player").dec()

    # Listener

    def stepped(self, before: Match, entry: entries.Entry, after: Match) -> None:
        now = self._play.time.now()
        self.audience.say(entry, before, after, now, self._media_url)
        lag_seconds.observe(max(0, now - entry.at) / 1000)
        match entry:
            case entries.PlayerKicked():
                for socket in list(self.audience.players.get(entry.player_id, ())):
                    socket.disconnect()
                self.players_moved()
            case entries.HostKeyRotated():
                for socket in list(self.audience.hosts):
                    if socket.state.host_key_seq not in (None, after.game.seq):
                        socket.disconnect()
            case entries.QuestionOpened():
                self.answers_moved()

    def begun_again(self) -> None:
        for socket in self.audience.everyone():  # they come back at once, and are told how it stands
            socket.disconnect()

    def players_moved(self) -> None:
        self._players_moved = True
        self._pulse_soon()

    def answers_moved(self) -> None:
        self._answers_moved = True
        self._pulse_soon()

    # Snapshots

    async def state_for(self, player: PlayerRow | None) -> wire.State:
        """The snapshot for a player or (None) a host, of the very entry that the room stands at when this returns."""
        while True:
            match = self.match
            state = await (self._host_state(match) if player is None else self._player_state(match, player))
            if self.match is match:
                return state

    async def _host_state(self, match: Match) -> wire.State:
        present = await self._play.presence.present(match.game.game_id)
        attendance = await self._play.attendance(match.game)
        return state_for_host(
            match,
            [_roster_player(one) for one in present],
            answered=0 if attendance is None else attendance.answered,
            of=0 if attendance is None else attendance.counted,
            host_key=self._play.credentials.host_key(match.game.game_id, self.followed.host_key_seq),
            now=self._play.time.now(),
            media_url=self._media_url,
        )

    async def _player_state(self, match: Match, player: PlayerRow) -> wire.State:
        game = match.game
        row = await self._play.log.row(game.game_id)
        answer = None
        if game.shown is not None and game.phase in ("question", "result"):
            answer = await self._play.roster.answer(game.game_id, game.shown.question_id, player.player_id)
        return state_for_player(
            match,
            player,
            answer,
            player_count=row.joined - len(game.kicked),
            now=self._play.time.now(),
            media_url=self._media_url,
        )

    # Counters

    def _pulse_soon(self) -> None:
        if (self._pulse is None or self._pulse.done()) and self.audience.hosts:
            self._pulse = asyncio.create_task(self._tell_hosts())

    async def _tell_hosts(self) -> None:
        while (self._players_moved or self._answers_moved) and self.audience.hosts:
            players, self._players_moved, self._answers_moved = self._players_moved, False, False
            try:
                if players:
                    await self._tell_players()
                await self._tell_answers()
            except Exception:
                logger.exception("counters_not_told", game_id=self.followed.game_id)
            await self._play.clock.sleep(PULSE_S)

    async def close(self) -> None:
        """Tell hosts nothing any more."""
        if self._pulse is not None:
            self._pulse.cancel()
            await asyncio.wait([self._pulse])

    async def _tell_players(self) -> None:
        present = {one.player_id: one for one in await self._play.presence.present(self.followed.game_id)}
        changed = [one for one in present.values() if self._seen.players.get(one.player_id) != one]
        if changed or len(present) != self._seen.count:
            self._seen = replace(self._seen, players=present, count=len(present))
            players = tuple(_roster_player(one) for one in changed)
            self.audience.tell_hosts(wire.PlayersChanged(**self._head(), players=players, count=len(present)))

    async def _tell_answers(self) -> None:
        match = self.match
        question, attendance = match.game.open_question, await self._play.attendance(match.game)
        if question is None or attendance is None or self.match is not match:
            return
        told = (question.id, attendance.answered, attendance.counted)
        if told != self._seen.answered:
            self._seen = replace(self._seen, answered=told)
            count = wire.AnswersCounted(**self._head(), question_id=told[0], answered=told[1], of=told[2])
            self.audience.tell_hosts(count, droppable=True)

    def _head(self) -> dict[str, object]:
        game = self.match.game
        return {"game_id": game.game_id, "seq": game.seq, "phase": game.phase}


class Rooms:
    """All rooms of this server."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._rooms: dict[str, Room] = {}

    def all(self) -> list[Room]:
        return list(self._rooms.values())

    @contextlib.asynccontextmanager
    async def entering(self, followed: Followed) -> AsyncIterator[Room]:
        """The room of this game, which hears of everything from now on and stands no earlier than `followed` did.

        It stays open at least until the block ends, by when the socket should be in.
        """
        room = self._rooms.get(followed.game_id)
        if room is None:
            room = self._rooms[followed.game_id] = Room(self._play, followed)
            rooms_live.set(len(self._rooms))
        room.entering += 1
        try:
            if room.followed.listener is not room:
                await self._play.follower.listen(room.followed, room)
                await self._play.follower.catch_up(room.followed)
            yield room
        finally:
            room.entering -= 1

    async def close_empty(self) -> None:
        """Stop following games that nobody here is in."""
        for game_id, room in list(self._rooms.items()):
            if room.audience.size + room.entering == 0 and self._rooms.get(game_id) is room:
                del self._rooms[game_id]
                await self._play.follower.unlisten(room.followed)
                await room.close()
        rooms_live.set(len(self._rooms))

    async def close(self) -> None:
        """Follow nothing any more."""
        for room in self.all():
            await self._play.follower.unlisten(room.followed)
            await room.close()
        self._rooms.clear()


def _roster_player(one: Present) -> wire.RosterPlayer:
    return wire.RosterPlayer(
        id=one.player_id, nickname=one.nickname, team=one.team, connected=one.connected, rtt_ms=one.rtt_ms
    )
