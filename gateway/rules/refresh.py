"""What a refresh token means.

A token is `session.generation.mac`. The mac says that this installation made it, so that only a genuine old token, and
not any guess, counts as reuse.
"""

from enum import Enum

from edkit.tokens import Keys

GRACE_MS = 10_000
"""How long the token before the current one brings its device the same successor: a lost answer, or two tabs."""

PURPOSE = "refresh"


class Shown(Enum):
    """What a genuine token turned out to be."""

    CURRENT = "current"
    PREVIOUS_IN_GRACE = "previous in grace"
    REUSED = "reused"


def make_token(keys: Keys, session_id: str, generation: int) -> str:
    """The token of one generation of a session. The same input gives the same token."""
    mark = f"{session_id}.{generation}"
    return f"{mark}.{keys.mark(PURPOSE, mark)}"


def read_token(keys: Keys, token: str) -> tuple[str, int] | None:
    """Session and generation of a genuine token; None for anything else."""
    session_id, _, rest = token.partition(".")
    generation, _, _ = rest.partition(".")
    if not generation.isascii() or not generation.isdigit() or len(generation) > 9:
        return None
    genuine = keys.same(make_token(keys, session_id, int(generation)), token)
    return (session_id, int(generation)) if genuine else None


def judge(*, shown: int, current: int, rotated_at: int, same_device: bool, asked_at: int, now: int) -> Shown:
    """What to make of generation `shown`, asked with at `asked_at`, when `current` holds since `rotated_at`.

    Who asked before the rotation could not know of it, whatever the device.
    """
    if shown == current:
        return Shown.CURRENT
    in_grace = asked_at <= rotated_at or (same_device and now - rotated_at <= GRACE_MS)
    if shown == current - 1 and in_grace:
        return Shown.PREVIOUS_IN_GRACE
    return Shown.REUSED
