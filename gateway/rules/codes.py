"""Codes that people read aloud and type: no letter or digit that looks or sounds like another."""

from edkit.chance import Chance
from gateway.rules.folding import fold

ALPHABET = "ABCDEFGHJKMNPQRTUVWXYZ2346789"
LENGTH = 8

RESET_DIGITS = 8
RESET_MS = 3_600_000
RESET_TRIES = 5


def new_join_code(chance: Chance) -> str:
    """A fresh code as it is stored: one of 5e11."""
    return "".join(chance.pick(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """A join code as it is read: two halves."""
    return f"{code[:4]}-{code[4:]}"


def typed(code: str) -> str:
    """What somebody typed, as it is stored: case, spaces and dashes do not matter."""
    return "".join(letter for letter in fold(code).upper() if letter.isalnum())[:64]
