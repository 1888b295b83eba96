"""Two names that look the same are two names."""

from game_server.rules import nicknames

CAUGHT_BY = {"A17"}


def plant() -> None:
    nicknames.fold = lambda name: name
    nicknames.clean = lambda name: name
