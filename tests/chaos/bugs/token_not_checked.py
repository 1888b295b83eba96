"""A resume token is read, not verified."""

from game_server.credentials import Credentials

CAUGHT_BY = {"A16"}


def plant() -> None:
    def player_of(self: Credentials, token: str, now: int) -> str | None:
        return token.partition(".")[0]

    Credentials.player_of = player_of
