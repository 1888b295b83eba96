"""Marks on what is kept or passed on where strangers may write, such as Redis.

What was not sealed by a process of this installation, under the same name, is not believed. A seal hides nothing, and
what was sealed once may be shown again.
"""

import hashlib
import hmac

MARK = 16
"""Bytes of a mark."""


class Seal:
    """Seals of one purpose. Whoever has the key makes and checks them; it comes from `edkit.tokens.Keys`."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def wrap(self, name: str, content: bytes) -> bytes:
        """`content` behind its mark."""
        return self._mark(name, content) + content

    def unwrap(self, name: str, sealed: bytes) -> bytes | None:
        """What was wrapped under this very name; None when this is nothing of ours."""
        content = sealed[MARK:]
        return content if hmac.compare_digest(sealed[:MARK], self._mark(name, content)) else None

    def alias(self, name: str) -> str:
        """A word that stands for `name`, the same each time. Without the key nobody finds out for which, by trying
        either."""
        return self._mark(name, b"").hex()

    def _mark(self, name: str, content: bytes) -> bytes:
        called = name.encode()
        mark = hashlib.blake2b(len(called).to_bytes(4, "big") + called, digest_size=MARK, key=self._key)
        mark.update(content)  # the length before it: no name runs into its content
        return mark.digest()
