"""Whether someone may come in, and on which team."""

from collections.abc import Mapping

from game_server.rules.game import Game
from game_server.rules.refusal import Refusal


def admit(game: Game) -> Refusal | None:
    """Why nobody may join now, if so. Bans and taken nicknames are storage's to know."""
    if game.phase == "ended":
        return Refusal("ended", "This game is over.")
    if game.locked:
        return Refusal("locked", "The host has locked this game. Ask them to unlock it.")
    if game.phase != "lobby" and not game.settings.late_join:
        return Refusal("already_started", "This game has started and takes nobody in after that.")
    return None


def team_for(game: Game, wanted: str | None, members: Mapping[str, int]) -> str | Refusal | None:
    """The team of a new player: the one wanted, else the smallest, the first of equals. None in a game without
    teams."""
    teams = game.settings.teams
    if teams is None:
        return None
    if wanted is None:
        return min(teams, key=lambda team: members.get(team, 0))
    return wanted if wanted in teams else Refusal("unknown_team", "Choose one of the teams: " + ", ".join(teams) + ".")
