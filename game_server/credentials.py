"""What lets somebody back into a game: a player's resume token, a host key, a picture's address.

All are made from the secret of the installation and can be made again by any server, so none is stored. A token lasts
as long as its player is not kicked; a host key until the owner makes another.
"""

import hashlib
import hmac

from edkit.tokens import Keys
from game_server.rules.rows import PlayerRow

DAY_MS = 24 * 3_600_000
RESUME_MS = 30 * DAY_MS
MEDIA_MS = 7 * DAY_MS
"""Pictures of a game can be looked at this long after its creation without an account."""

_FILES = "/api/files/"


class Credentials:
    """Makes and checks them."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def resume_token(self, game_id: str, player: PlayerRow) -> str:
        """The player's token: the same each time it is made."""
        capability = self._keys.sign_capability(
            f"player:{player.player_id}", game_id, expires=player.joined_at + RESUME_MS
        )
        return f"{player.player_id}.{capability}"

    def player_of(self, token: str, now: int) -> str | None:
        """The player id that this token was made for, if it was made here and is not too old."""
        player_id, _, capability = token.partition(".")
        genuine = self._keys.verify_capability(capability, f"player:{player_id}", now=now)
        return player_id if genuine else None

    def host_key(self, game_id: str, seq: int) -> str:
        """The host key that entry `seq` of the game's log put in force."""
        return self._keys.sign_capability(f"host:{game_id}", str(seq), expires=0).rpartition(".")[2]

    def media_url(self, game_id: str, created_at: int, question_id: str, url: str) -> str:
        """Where viewers of this question see its picture. The same for all of them."""
        if not url.startswith(_FILES):
            return url
        file_id = url.removeprefix(_FILES).partition("?")[0]
        scope = f"{game_id}-{question_id}"
        return f"{_FILES}{file_id}?cap={self._keys.sign_capability(file_id, scope, expires=created_at + MEDIA_MS)}"


def digest(host_key: str) -> str:
    """What the log holds of a host key."""
    return hashlib.sha256(host_key.encode()).hexdigest()


def opens(host_key: str, sha256: str) -> bool:
    """Whether this is the host key of that digest."""
    return hmac.compare_digest(digest(host_key), sha256)
