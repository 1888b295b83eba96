"""Which passwords are taken: long enough, not the address or name, not one that everybody tries (NIST SP 800-63B)."""

import unicodedata

from edkit.errors import Invalid
from gateway.rules.folding import fold

SHORTEST = 8

_TRIED_FIRST = """
    12345678 123456789 1234567890 12345678910 87654321 987654321 0987654321 123123123 11111111 00000000 88888888
    12341234 123456qwerty 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 zaq12wsx qazwsxedc q1w2e3r4 q1w2e3r4t5 qwertyui
    qwertyuiop qwerty123 qwerty12 qwerty1234 asdfghjk asdfghjkl asdf1234 zxcvbnm1 abcd1234 abc12345 abcdefgh abcdefg1
    a1b2c3d4 aa123456 a1234567 a12345678 password password1 password12 password123 password1234 passw0rd p@ssw0rd
    p@ssword pa55word mypassword changeme changeme1 letmein1 letmein123 welcome1 welcome123 iloveyou iloveyou1 iloveyou2
    iloveyou123 loveyou1 sunshine sunshine1 princess princess1 football football1 baseball baseball1 basketball
    superman superman1 batman123 starwars pokemon1 minecraft minecraft1 fortnite roblox123 computer computer1 internet
    michael1 jennifer jessica1 ashley123 charlie1 whatever trustno1 dragon123 monkey123 shadow123 master123 killer123
    admin123 admin1234 administrator root1234 test1234 testtest guest123 user1234 teacher1 teacher123 student1
    student123 school123 school12 classroom hocsinh1 giaovien matkhau1 matkhau123 anhyeuem emyeuanh motconvit
"""
COMMON = frozenset(_TRIED_FIRST.split())


def normal(password: str) -> str:
    """The form that is hashed, so that every keyboard types the same password."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, email: str, name: str, strict: bool, field: str = "password") -> None:
    """Raises Invalid on `field`, saying what would do. `strict` also refuses what is tried first."""
    folded = fold(password)
    if len(normal(password)) < SHORTEST:
        raise Invalid.on(field, f"Use at least {SHORTEST} characters. A few words in a row are easy to remember.")
    if strict and len(set(folded)) < 3:
        raise Invalid.on(field, "This repeats one or two characters only. A few words in a row are better.")
    if strict and folded in COMMON:
        raise Invalid.on(field, "Too many people use this password. A few words in a row are better.")
    if folded in {fold(email), fold(email).partition("@")[0], fold(name), fold(name).replace(" ", "")}:
        raise Invalid.on(field, "This is your name or e-mail address, which others know. Choose something else.")
