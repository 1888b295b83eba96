"""Counters and events go to every socket of the server, whatever game it is in."""

from typing import Any

from game_server.fanout import Audience

CAUGHT_BY = {"A19"}


def plant() -> None:
    honest_init, honest_say = Audience.__init__, Audience.say
    everywhere: list[Audience] = []

    def init(self: Audience) -> None:
        honest_init(self)
        everywhere.append(self)

    def say(self: Audience, *given: Any) -> None:
        for audience in everywhere:
            honest_say(audience, *given)

    Audience.__init__, Audience.say = init, say
