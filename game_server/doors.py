"""Coming in: joining by PIN, and coming back by token or key. Who somebody is, is decided here once and kept by the
session; no later message can say otherwise."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from edkit.contracts import games as wire
from edkit.db import InDoubt
from edkit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, Unavailable
from edkit.message import Actor
from game_server.credentials import opens
from game_server.follow import Followed
from game_server.play import Play
from game_server.roster import MovedOn, Newcomer
from game_server.rules import nicknames
from game_server.rules.admit import admit, team_for
from game_server.rules.game import Game
from game_server.rules.refusal import Refusal
from game_server.rules.rows import PlayerRow

MOST_PLAYERS = 5_000
"""In one game."""
_ATTEMPTS = 100
DOUBT_S = 0.25
_GENERATED = 60
"""Generated names tried before giving up; a game would have to hold most of them."""


class UnknownPin(NotFound):
    """No game can be joined by this PIN."""

    code = "unknown_pin"
    message = "That PIN is not open. Check the six digits on the board."


class BadToken(Unauthenticated):
    """A resume token or host key that does not hold."""

    code = "bad_token"
    message = "This link back into the game does not work any more. Join again with the PIN."


@dataclass(frozen=True)
class Entered:
    """Somebody who is in: a player, or (`player` None) a host. `host_key_seq`: by which host key, if by one."""

    followed: Followed
    player: PlayerRow | None = None
    host_key_seq: int | None = None


class Doors:
    """Lets people in."""

    def __init__(self, play: Play) -> None:
        self._play = play

    async def join(self, cmd: wire.JoinGame, actor: Actor | None, device: str | None) -> Entered:
        """A player's seat. The same `join_id` again is the same player, whatever else it says.

        Raises `UnknownPin`, Conflict (`locked`, `full`, `already_started`, `nickname_taken`), Forbidden `banned`,
        Invalid.
        """
        play = self._play
        row = await play.log.find(cmd.pin)
        if row is None or row.phase == "ended":
            raise UnknownPin
        followed = await play.follower.get(row.id)
        if row.seq > followed.match.game.seq:
            await play.follower.catch_up(followed)
        player_id, join_id = play.ids.new(), cmd.join_id or play.ids.new()
        if cmd.join_id is not None:
            seat = await play.roster.joined(followed.game_id, join_id)
            if seat is not None and not seat.kicked:
                return Entered(followed, seat.player)
        if row.joined >= MOST_PLAYERS:
            raise Conflict("This game is full.", code="full")
        doubtful = False
        for attempt in range(_ATTEMPTS):
            game = followed.match.game
            if (refusal := admit(game)) is not None:
                raise Conflict(refusal.message, code=refusal.code)
            nickname = self._nickname(game, cmd.nickname, row.language)
            newcomer = Newcomer(
                player_id=player_id,
                join_id=join_id,
                nickname=nickname,
                nickname_key=nicknames.fold(nickname),
                team=await self._team(game, cmd.team),
                identifier=_identifier(game, cmd.identifier),
                user_id=None if actor is None else actor.id,
                device=device,
            )
            try:
                seat = await play.roster.join(game.game_id, game.seq, newcomer, play.time.now())
            except OperationalError as error:
                doubtful |= isinstance(error, InDoubt)
                if not doubtful:
                    raise
                await play.clock.sleep(DOUBT_S)  # by its `join_id` the seat is found, or not, once the database answers
                continue
            except MovedOn:
                await self._move_on(followed, attempt)
                continue
            except Conflict:
                if not game.settings.nickname_generator or attempt >= _GENERATED:
                    raise
                continue
            play.follower.hint(game.game_id, "players")
            return Entered(followed, seat.player)
        raise Unavailable("Too many people are joining at once. Try again in a moment.")

    async def resume(self, cmd: wire.ResumeGame, actor: Actor | None) -> Entered:
        """The player of a resume token, or a host by key or as the owner. Raises `BadToken`, Forbidden `kicked`."""
        if cmd.resume_token is not None:
            return await self.resume_player(cmd.resume_token)
        if cmd.game_id is None:
            raise Invalid.on(
                "game_id", "Send resume_token, or game_id with host_key, or game_id with the owner's token."
            )
        followed = await self._fresh(cmd.game_id)
        game = followed.match.game
        if cmd.host_key is not None:
            if not opens(cmd.host_key, game.host_key_sha256):
                raise BadToken("This host key does not open the game. Ask its owner for the present one.")
            return Entered(followed, host_key_seq=followed.host_key_seq)
        if actor is None:
            raise Unauthenticated("Sign in as the teacher who made this game.")
        if actor.id != game.owner_id or actor.role not in ("teacher", "admin"):
            raise NotFound("This game is not here, or it is not yours.")
        return Entered(followed)

    async def resume_player(self, token: str) -> Entered:
        """The player of a resume token."""
        player_id = self._play.credentials.player_of(token, self._play.time.now())
        seat = None if player_id is None else await self._play.roster.seat(player_id)
        if seat is None:
            raise BadToken
        if seat.kicked:
            raise kicked()
        return Entered(await self._fresh(seat.game_id), seat.player)

    async def _fresh(self, game_id: str) -> Followed:
        followed = await self._play.follower.get(game_id)
        await self._play.follower.catch_up(followed)
        return followed

    async def _move_on(self, followed: Followed, attempt: int) -> None:
        """The game changed, or its question is just being closed."""
        await self._play.follower.catch_up(followed)
        if attempt > 3:
            await self._play.look(followed.game_id)
            await self._play.clock.sleep(0.02)

    def _nickname(self, game: Game, wanted: str, language: str | None) -> str:
        if game.settings.nickname_generator:
            return nicknames.made(int(self._play.chance.digits(9)), language)
        if (fault := nicknames.fault(wanted)) is not None:
            raise Invalid.on("nickname", fault)
        if game.settings.nickname_filter and nicknames.offends(wanted):
            raise Invalid.on("nickname", "Choose a name that everybody in the room can live with.")
        return nicknames.clean(wanted)

    async def _team(self, game: Game, wanted: str | None) -> str | None:
        members: Counter[str] = Counter()
        if game.settings.teams is not None and wanted is None:
            players = await self._play.roster.players(game.game_id)
            members.update(p.team for p in players if p.team is not None and p.player_id not in game.kicked)
        team = team_for(game, wanted, members)
        if isinstance(team, Refusal):
            raise Invalid.on("team", team.message)
        return team


def kicked() -> Forbidden:
    """What a player hears who was removed."""
    return Forbidden("The host has removed you from this game.", code="kicked")


def _identifier(game: Game, given: str | None) -> str | None:
    label = game.settings.identifier_label
    if label is not None and given is None:
        raise Invalid.on("identifier", f"This game asks for: {label}.")
    return given if label is not None else None
