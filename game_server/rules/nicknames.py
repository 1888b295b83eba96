"""Nicknames: what counts as the same one, which are refused, and friendly ones made for those who may not choose.

The word lists are short and our own. They stop what a class shouts first; a teacher's kick stops the rest. A Vietnamese
word is matched with its marks, since without them most are ordinary names and fruit.
"""

# ruff: noqa: SIM905 - a list of words reads better as words

import re
import unicodedata

MAX_LENGTH = 24
"""Characters, counted after normalisation: what a projector shows in one line."""

_LOOKALIKES = str.maketrans("013457@$!|€", "oieastasiie")

_WHOLE = frozenset(
    "anal anus arse ass cock coon cum dick dyke fag hoe homo jizz kkk kike muff nazi paki piss poof porn pussy "
    "rape rapist sex shag slag spic tit tits turd twat wank whore xxx "
    "buồi cặc đéo đĩ điếm địt đjt đụ lồn vcl vkl vl clgt clmm cmnr đmm đcm đkm dkm dmm vãi lìn loz cặk".split()
)
"""Refused only as whole words: parts of Cassandra, Dickens, Essex and cocktail are nobody's fault."""

_ANYWHERE = (
    "asshole bastard bitch bollock bullshit cunt dickhead faggot fuck hitler motherf nigga nigger penis retard shit "
    "slut vagina wanker địtmẹ đụmá đụmẹ đĩmẹ mẹmày óccho conđĩ vãilồn concặc"
).split()
"""Refused wherever they stand, also spaced out, doubled or written with figures."""

_INNOCENT = re.compile(r"scunthorpe|shitake|penistone|shittim|mishit", re.IGNORECASE)

_NUMBERED = re.compile(r"[^\W\d_]\d+")
"""A letter and a number, such as P155 or T17: a seat, whatever its figures look like."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters, marks and signs that show nothing (Unicode's Default_Ignorable beyond the categories above, and the blank
Braille cell): with them two names look the same, or like no name at all."""


def clean(nickname: str) -> str:
    """`nickname` as it is shown: NFKC, one space between words, nothing invisible. May be empty."""
    text = _BLANK.sub("", unicodedata.normalize("NFKC", nickname))
    text = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
    return unicodedata.normalize("NFKC", " ".join(text.split()))


def fold(nickname: str) -> str:
    """The key under which a nickname is unique in a game: NFKC and case folding of the clean form."""
    return unicodedata.normalize("NFKC", clean(nickname).casefold())


def fault(nickname: str) -> str | None:
    """Why the clean form of `nickname` cannot be shown at all, in words for the player; None when it can."""
    text = clean(nickname)
    if not any(c.isalnum() for c in text):
        return "Choose a name with at least one letter or digit."
    if len(text) > MAX_LENGTH:
        return f"Choose a shorter name, at most {MAX_LENGTH} characters."
    if _stacked(text):
        return "Choose a name without stacked marks."
    return None


def offends(nickname: str) -> bool:
    """Whether the filter refuses `nickname`."""
    text = _INNOCENT.sub("", fold(nickname))
    written = [part for part in text.split() if any(c.isalpha() for c in part) and not _NUMBERED.fullmatch(part)]
    words = re.findall(r"[^\W\d_]+", " ".join(written).translate(_LOOKALIKES))
    if any(word in _WHOLE or _single(word) in _WHOLE for word in words):
        return True
    if len(words) > 1 and all(len(word) == 1 for word in words) and "".join(words) in _WHOLE:
        return True
    joined = "".join(words)
    return any(bad in joined or bad in _single(joined) or _single(bad) in _single(joined) for bad in _ANYWHERE)


def made(number: int, language: str | None = None) -> str:
    """A friendly nickname; neighbouring numbers give different ones, and there are more than a thousand."""
    if language is not None and language.startswith("vi"):
        animal, word = _VI_ANIMALS[number % len(_VI_ANIMALS)], _VI_WORDS[number // len(_VI_ANIMALS) % len(_VI_WORDS)]
        return f"{animal} {word}"
    animal, word = _EN_ANIMALS[number % len(_EN_ANIMALS)], _EN_WORDS[number // len(_EN_ANIMALS) % len(_EN_WORDS)]
    return f"{word} {animal}"


MADE = 32 * 36
"""How many different nicknames `made` knows in each language."""


def _single(word: str) -> str:
    """`word` with every run of one letter written once."""
    return re.sub(r"(.)\1+", r"\1", word)


def _stacked(text: str) -> bool:
    """Whether three combining marks follow each other, as in text made to spill over its neighbours."""
    run = 0
    for character in unicodedata.normalize("NFD", text):
        run = run + 1 if unicodedata.combining(character) else 0
        if run >= 3:
            return True
    return False


_EN_ANIMALS = (
    "Otter Heron Badger Lynx Falcon Panda Koala Tapir Gecko Robin Dolphin Beaver Marmot Puffin Raven Turtle Walrus "
    "Ibex Bison Crane Hare Moose Newt Osprey Quail Seal Stork Swift Tiger Toucan Whale Yak"
).split()
_EN_WORDS = (
    "Brave Bright Calm Clever Cosmic Curious Daring Eager Fair Gentle Golden Happy Honest Humble Jolly Keen Kind "
    "Lively Lucky Merry Mighty Noble Patient Polite Proud Quick Quiet Ready Silver Smart Steady Sunny Swift Tidy Warm "
    "Wise"
).split()
_VI_ANIMALS = (
    "Rái Cá|Cò Trắng|Hải Ly|Linh Miêu|Chim Ưng|Gấu Trúc|Gấu Túi|Voi Con|Tắc Kè|Chim Sẻ|Cá Heo|Sóc Nâu|Thỏ Trắng|"
    "Cú Mèo|Quạ Đen|Rùa Xanh|Hải Mã|Dê Núi|Bò Tót|Sếu Đầu Đỏ|Thỏ Rừng|Nai Vàng|Ếch Xanh|Đại Bàng|Chim Cút|Hải Cẩu|"
    "Cò Lửa|Chim Én|Hổ Con|Vẹt Xanh|Cá Voi|Ngựa Vằn"
).split("|")
_VI_WORDS = (
    "Dũng Cảm|Tươi Sáng|Điềm Tĩnh|Thông Minh|Vũ Trụ|Tò Mò|Gan Dạ|Hăng Hái|Công Bằng|Dịu Dàng|Vàng Óng|Vui Vẻ|Thật Thà|"
    "Khiêm Tốn|Hóm Hỉnh|Tinh Anh|Tốt Bụng|Hoạt Bát|May Mắn|Yêu Đời|Mạnh Mẽ|Cao Quý|Kiên Nhẫn|Lễ Phép|Tự Hào|Nhanh Nhẹn|"
    "Yên Lặng|Sẵn Sàng|Ánh Bạc|Sáng Dạ|Vững Vàng|Rạng Rỡ|Thoăn Thoắt|Gọn Gàng|Ấm Áp|Uyên Bác"
).split("|")
