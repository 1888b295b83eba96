"""When two texts that people type are the same."""

import unicodedata

from edkit.errors import Invalid

LONGEST_EMAIL = 254
LONGEST_NAME = 200


def fold(text: str) -> str:
    """`text` without differences of case, width or composition."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def email_key(email: str) -> str:
    """What makes two addresses the same account. Invalid when nothing sensible is left."""
    key = fold(email)
    if len(key) > LONGEST_EMAIL or key.count("@") != 1:
        raise Invalid.on("email", "This is not an e-mail address. Check it for typing errors.")
    return key


def name_key(name: str) -> str:
    """How names are sorted and searched."""
    return fold(name)[:LONGEST_NAME]
