"""Access tokens (EdDSA) and file capabilities (HMAC), signed with keys of the data folder.

`Keys.open` makes missing keys, mode 0600. A token says who somebody is for some minutes; it holds no rights to rows.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import get_args

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edkit.errors import Unauthenticated
from edkit.message import Actor, Role
from edkit.seal import Seal

ISSUER = "edtech"
KEY_FILES = "access.pem", "capability.key"


def _write_once(path: Path, content: bytes) -> bytes:
    """The bytes of `path`, written with `content` if nobody has yet. Two processes starting at once agree.

    Nothing is written where it is there already: the folder may be one that only its owner can change.
    """
    if path.exists():
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_bytes()


class Keys:
    """The keys of one installation."""

    def __init__(self, signing: Ed25519PrivateKey, capability: bytes) -> None:
        self._signing = signing
        self._public = signing.public_key()
        self._capability = capability

    @classmethod
    def open(cls, folder: Path) -> "Keys":
        """The keys in `folder`, made now if they are missing."""
        fresh = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        signing = serialization.load_pem_private_key(_write_once(folder / KEY_FILES[0], fresh), password=None)
        if not isinstance(signing, Ed25519PrivateKey):
            raise TypeError(f"{folder / KEY_FILES[0]} is not an Ed25519 key")
        return cls(signing, _write_once(folder / KEY_FILES[1], secrets.token_bytes(32)))

    def issue_access(self, actor: Actor, *, now: int, minutes: int) -> str:
        """A token that says who `actor` is until `minutes` after `now` (epoch ms)."""
        claims = {
            "iss": ISSUER,
            "sub": actor.id,
            "role": actor.role,
            "sid": actor.session,
            "iat": now // 1000,
            "exp": now // 1000 + minutes * 60,
        }
        return jwt.encode(claims, self._signing, algorithm="EdDSA")

    def verify_access(self, token: str, *, now: int) -> Actor:
        """Who the bearer is. Unauthenticated, code `token_expired` or `bad_token`, when the token does not hold."""
        try:
            claims = jwt.decode(
                token,
                self._public,
                algorithms=["EdDSA"],
                issuer=ISSUER,
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "sub", "role"]},
            )
            role, expires = claims["role"], int(claims["exp"])
            if role not in get_args(Role) or role in ("system", "anonymous"):
                raise ValueError(role)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Unauthenticated("Sign in again: this token is not one of ours.", code="bad_token") from None
        if expires * 1000 <= now:
            raise Unauthenticated("Your session needs to be renewed.", code="token_expired")
        return Actor(id=str(claims["sub"]), role=role, session=claims.get("sid"))

    def sign_capability(self, file_id: str, scope: str, *, expires: int) -> str:
        """A word that lets its bearer read one file until `expires` (epoch ms). The same input gives the same word."""
        mark = f"{scope}.{expires}"
        return f"{mark}.{self._mac(file_id, mark)}"

    def verify_capability(self, capability: str, file_id: str, *, now: int) -> bool:
        """Whether `capability` was signed for `file_id` and still holds."""
        mark, _, mac = capability.rpartition(".")
        _, _, expires = mark.rpartition(".")
        genuine = hmac.compare_digest(mac.encode(), self._mac(file_id, mark).encode())
        return genuine and expires.isdigit() and int(expires) > now

    def mark(self, purpose: str, text: str) -> str:
        """A word that only this installation can make for `text`. The same input gives the same word.

        Words of different purposes, and of file capabilities, never coincide.
        """
        return self._mac(f"{purpose}:", text)

    def seal(self, purpose: str) -> Seal:
        """Seals that only this installation can make. Those of different purposes never coincide."""
        return Seal(hmac.digest(self._capability, f"seal {purpose}".encode(), "sha256"))

    @staticmethod
    def same(one: str, other: str) -> bool:
        """Whether two secrets are equal, in a time that does not say where they differ."""
        return hmac.compare_digest(one.encode(), other.encode())

    def _mac(self, file_id: str, mark: str) -> str:
        digest = hmac.new(self._capability, f"{file_id}.{mark}".encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(digest[:18]).decode("ascii")
