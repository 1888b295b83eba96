"""What makes a question playable, field by field."""

from typing import Any

import pytest

from edkit.contracts.questions import Question
from edkit.errors import Invalid
from edkit.ids import CountingIds
from quiz_service import rules
from quiz_service.changes import changed_fields
from quiz_service.words import folded
from tests.quiz_service.conftest import make_quiz

TWO = [{"text": "a", "correct": True}, {"text": "b"}]
PICTURE = {"url": "/api/files/f1", "alt": "A cat"}
SOUND: dict[str, dict[str, Any]] = {
    "single_choice": {"options": TWO},
    "multiple_choice": {"options": [*TWO, {"text": "c", "correct": True}]},
    "true_false": {"options": [{"text": "", "correct": True}, {"text": ""}]},
    "typed": {"accepted": ["a"]},
    "number": {"number": {"answer": 5}},
    "order": {"options": [{"text": "a"}, {"text": "b"}]},
    "poll": {"options": [{"text": "a"}, {"media": PICTURE}]},
    "word_cloud": {},
    "open": {},
    "slide": {"media": PICTURE},
}


def question(kind: str, **more: Any) -> Question:
    return Question.model_validate({"type": kind, "text": "Q?", **SOUND[kind], **more})


def fields_of(*questions: Question) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        rules.check_questions(questions)
    assert all(error.message.endswith(".") for error in refusal.value.errors)
    return [error.field for error in refusal.value.errors]


def test_all_ten_types_have_a_sound_form() -> None:
    rules.check_questions([question(kind) for kind in SOUND])
    assert len(SOUND) == 10


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("single_choice", {"options": []}, "options"),
        ("single_choice", {"options": TWO[:1]}, "options"),
        ("single_choice", {"options": [{"text": "a"}, {"text": "b"}]}, "options"),
        ("single_choice", {"options": [TWO[0], {"text": "b", "correct": True}]}, "options"),
        ("single_choice", {"options": [TWO[0], {"text": " "}]}, "options.1.text"),
        ("single_choice", {"options": [TWO[0], {"text": "a"}]}, "options.1.text"),
        ("single_choice", {"options": [TWO[0], {"media": {"url": "/api/files/f1"}}]}, "options.1.media.alt"),
        ("single_choice", {"accepted": ["a"]}, "accepted"),
        ("single_choice", {"number": {"answer": 1}}, "number"),
        ("multiple_choice", {"options": [{"text": "a"}, {"text": "b"}]}, "options"),
        ("true_false", {"options": [*TWO, {"text": "c"}]}, "options"),
        ("true_false", {"options": [{"text": ""}, {"text": ""}]}, "options"),
        ("true_false", {"options": [{"correct": True}, {"correct": True}]}, "options"),
        ("typed", {"accepted": []}, "accepted"),
        ("typed", {"options": TWO}, "options"),
        ("number", {"number": None}, "number"),
        ("number", {"number": {"answer": 5, "scoring": "proximity"}}, "number.tolerance"),
        ("number", {"number": {"answer": 5, "min": 6, "max": 6}}, "number.max"),
        ("number", {"number": {"answer": 5, "min": 6, "max": 9}}, "number.answer"),
        ("number", {"number": {"answer": 5, "max": 4}}, "number.answer"),
        ("number", {"number": {"answer": 5, "min": 0, "max": 9, "step": 2}}, "number.step"),
        ("order", {"options": [{"text": "a"}]}, "options"),
        ("poll", {"options": [{"text": "a"}]}, "options"),
        ("word_cloud", {"options": TWO}, "options"),
        ("open", {"accepted": ["a"]}, "accepted"),
        ("slide", {"number": {"answer": 1}}, "number"),
    ],
)
def test_what_a_type_needs_is_named(kind: str, change: dict[str, Any], field: str) -> None:
    assert fields_of(question("open"), question(kind, **change)) == [f"questions.1.{field}"]


@pytest.mark.parametrize(
    "number",
    [
        {"answer": 5, "min": 0, "max": 9, "step": 2, "tolerance": 1},
        {"answer": 0.3, "min": 0, "max": 1, "step": 0.1},
        {"answer": 1e308, "min": -1e308, "max": 1e308, "step": 1e-300},
        {"answer": -3.5, "min": -4, "step": 0.25},
        {"answer": 7, "step": 5},
    ],
)
def test_a_number_that_can_be_reached_is_sound(number: dict[str, Any]) -> None:
    rules.check_questions([question("number", number=number)])


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a.png",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "//example.org/a.png",
        "https://",
        "https:///a.png",
        "https://user:secret@example.org/a.png",
        "https://example.org/a b.png",
        "https://example.org/\u202egnp.a",
        'https://example.org/"onerror="x',
        "https://[::1/a.png",
        "https://example.org:99999/a.png",
        "/api/files/",
        "/api/files/../me",
        "/api/files/f1?cap=x",
        "/api/files/f1\n",
        "/api/me",
        "HTTPS//example.org",
    ],
)
def test_pictures_come_from_our_files_or_from_https(url: str) -> None:
    assert fields_of(question("slide", media={"url": url, "alt": "x"})) == ["questions.0.media.url"]


@pytest.mark.parametrize(
    "url",
    ["/api/files/01hx_-Z", "https://example.org/a.png?w=3#top", "https://example.org:8443/é".replace("é", "%C3%A9")],
)
def test_sound_addresses_pass(url: str) -> None:
    rules.check_questions([question("slide", media={"url": url})])


def test_ids_may_be_given_but_not_twice() -> None:
    options = [{"id": "o1", "text": "a", "correct": True}, {"id": "o1", "text": "b"}]
    assert fields_of(question("open", id="x"), question("single_choice", id="x", options=options)) == [
        "questions.1.id",
        "questions.1.options.1.id",
    ]


def test_stored_questions_have_ids_and_nothing_that_means_nothing() -> None:
    given = [
        question("true_false"),
        question("order", options=[{"text": "a", "correct": True}, {"id": "mine", "text": "b"}]),
        question("typed", accepted=["a", "a", "b"]),
    ]
    ready = rules.prepare_questions(given, CountingIds())
    assert [option.text for option in ready[0].options] == ["True", "False"]
    assert [option.correct for option in ready[1].options] == [False, False]
    assert ready[1].options[1].id == "mine"
    assert ready[2].accepted == ("a", "b")
    ids = [ready_.id for ready_ in ready] + [option.id for ready_ in ready for option in ready_.options]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    assert rules.prepare_questions(ready, CountingIds()) == ready


def test_true_and_false_are_said_in_the_language_of_the_quiz() -> None:
    (ready,) = rules.prepare_questions([question("true_false")], CountingIds(), "vi-VN")
    assert [option.text for option in ready.options] == ["Đúng", "Sai"]


def test_every_problem_is_told_at_once() -> None:
    assert (
        len(fields_of(question("typed", accepted=[]), question("number", number=None), question("order", options=[])))
        == 3
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Điện  HỌC", "dien hoc"), ("Straße", "strasse"), ("ﬁve ½", "five 1⁄2"), ("NAÏVE", "naive"), ("Ærø", "aero")],
)
def test_searching_folds_case_and_accents(text: str, plain: str) -> None:
    assert folded(text) == plain


def test_a_change_is_named_by_its_place_now() -> None:
    before = make_quiz().model_copy(update={"questions": (question("open", id="a"), question("open", id="b"))})
    swapped = before.model_copy(update={"questions": before.questions[::-1]})
    edited = before.model_copy(update={"questions": (question("open", id="a"), question("open", id="b", text="New"))})
    assert changed_fields(before, before) == []
    assert changed_fields(before, swapped) == ["questions"]
    assert changed_fields(before, edited.model_copy(update={"description": "D"})) == ["description", "questions.1"]
