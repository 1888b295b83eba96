"""Real GIFT files against the parse that another implementation expects of them.

They are nobody's here to pass on: set EDTECH_REAL_DATA to the folder that holds `quiz/gift`.
"""

import html
import json
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from edkit.contracts.questions import Question
from edkit.errors import Invalid
from quiz_service.importing.formats import read
from quiz_service.importing.parsed import Parsed

FOLDER = Path(os.environ.get("EDTECH_REAL_DATA", "")) / "quiz" / "gift"
FILES = sorted(FOLDER.glob("*.gift")) if os.environ.get("EDTECH_REAL_DATA") else []


TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


class Said(NamedTuple):
    """What a question says, without what only lays it out."""

    type: str
    text: str
    options: tuple[tuple[str, bool], ...] = ()
    accepted: tuple[str, ...] = ()
    number: tuple[float, float] | None = None


def words(text: str, format_: str = "html") -> str:
    """Letters, digits and signs alone: no tags, no spaces, no marks of emphasis."""
    if format_ in {"html", "moodle", "markdown"}:
        text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        text = html.unescape(TAG.sub("", text))
    if format_ == "markdown":
        text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
        text = re.sub(r"(?<!\w)([*_`]+)(?=\w)(.*?)\1", r"\2", text)
    return re.sub(r"\s+", "", TAG.sub("", text))


def rich(value: dict[str, Any]) -> str:
    return words(value["text"], value["format"])


def ours(question: Question) -> Said:
    return Said(
        question.type,
        words(question.text, "plain"),
        tuple((words(option.text, "plain"), option.correct) for option in question.options),
        tuple(words(answer, "plain") for answer in question.accepted),
        (question.number.answer, question.number.tolerance) if question.number else None,
    )


def credit(choice: dict[str, Any]) -> float:
    return 100 if choice["weight"] is None else choice["weight"]


def interval(number: dict[str, Any]) -> tuple[float, float]:
    if number["type"] == "high-low":
        low, high = number["numberLow"], number["numberHigh"]
        return (low + high) / 2, (high - low) / 2
    return number["number"], number.get("range", 0)


def best(choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    most = max((credit(choice) for choice in choices), default=0)
    return [choice for choice in choices if credit(choice) == most > 0]


def theirs(item: dict[str, Any]) -> list[Said]:
    """The questions that TABLE.md promises for one item of the twin; none where it says skipped."""
    if item["type"] == "Category":
        return []
    text = rich(item["stem"]) or words(item["title"] or "", "plain")
    if not text:
        return []
    match item["type"]:
        case "Description":
            return [Said("slide", text)]
        case "Essay":
            return [Said("open", text)]
        case "TF":
            return [Said("true_false", text, (("True", item["isTrue"]), ("False", not item["isTrue"])))]
        case "Short":
            accepted = dict.fromkeys(rich(choice["text"]) for choice in best(item["choices"]))
            usable = tuple(answer for answer in accepted if "*" not in answer.replace("\\*", ""))
            return [Said("typed", text, accepted=usable)] if usable else []
        case "Numerical":
            choices = item["choices"]
            if isinstance(choices, dict):
                return [Said("number", text, number=interval(choices))]
            right = best([choice for choice in choices if choice["isCorrect"]])
            return [Said("number", text, number=interval(right[0]["text"]))] if right else []
        case "Matching":
            pairs = [(rich(pair["subquestion"]), words(pair["subanswer"], "plain")) for pair in item["matchPairs"]]
            answers = list(dict.fromkeys(right for _, right in pairs))
            return [
                Said("single_choice", text + left, tuple((answer, answer == right) for answer in answers))
                for left, right in pairs
                if left and len(answers) > 1
            ]
        case "MC":
            return choice_question(text, item["choices"])
    raise AssertionError(f"unknown type {item['type']}")


def choice_question(text: str, choices: list[dict[str, Any]]) -> list[Said]:
    right = [choice for choice in choices if choice["isCorrect"]]
    kind = "single_choice" if len(right) == 1 else "multiple_choice"
    if not right:
        right = [choice for choice in choices if (choice["weight"] or 0) > 0]
        kind = "multiple_choice" if right else "poll"
    options: dict[str, bool] = {}
    for choice in choices:
        option = rich(choice["text"])
        options[option] = options.get(option, False) or choice in right
    return [Said(kind, text, tuple(options.items()))] if len(options) > 1 and all(options) else []


def imported(path: Path) -> Parsed | None:
    try:
        return read(path.read_bytes(), path.name)
    except Invalid as refusal:
        if refusal.code != "nothing_usable" or not refusal.errors:
            raise
        return None


@pytest.mark.skipif(not FILES, reason="EDTECH_REAL_DATA does not name a folder with quiz/gift/*.gift")
@pytest.mark.parametrize("path", FILES or [Path("none")], ids=lambda path: path.stem)
def test_a_real_file_imports_as_its_twin_says(path: Path) -> None:
    twin = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    expected = [said for item in twin for said in theirs(item)]
    parsed = imported(path)
    got = [ours(question) for question in parsed.questions] if parsed else []
    assert [said._replace(number=None) for said in got] == [said._replace(number=None) for said in expected]
    for mine, said in zip(got, expected, strict=True):
        assert (mine.number is None) == (said.number is None)
        if mine.number and said.number:
            assert mine.number == pytest.approx(said.number, abs=1e-9)
    tags = {tag for item in twin for tag in item.get("tags") or ()}
    assert set(parsed.tags if parsed else ()) == tags
    skipped = sum(not theirs(item) for item in twin if item["type"] != "Category")
    left_out = [warning for warning in (parsed.warnings if parsed else ()) if warning.message.startswith("Left out")]
    assert len(left_out) == skipped
