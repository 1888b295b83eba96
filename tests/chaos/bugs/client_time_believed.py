"""The time that the client claims to have taken is the time that counts."""

from typing import Any

from game_server import submit

CAUGHT_BY = {"A8"}


def plant() -> None:
    honest = submit.submit

    async def believing(play: Any, followed: Any, player_id: str, sent: Any, received_at: int, trips: Any) -> Any:
        shown = followed.match.game.shown
        if sent.elapsed_ms is not None and shown is not None:
            received_at = shown.opens_at + min(max(0, sent.elapsed_ms), 100)
        return await honest(play, followed, player_id, sent, received_at, trips)

    submit.submit = believing
