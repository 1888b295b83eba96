"""Answers: SPEC [G3], [G4] and [G30] to [G35]."""

from typing import Any

import pytest

from edkit.contracts import games as wire
from edkit.contracts.questions import NumberAnswer, Option, Question
from game_server.rules.answers import counts, read_choice, receipt_of
from game_server.rules.entries import FrozenQuestion
from game_server.rules.freeze import freeze
from game_server.rules.refusal import Refusal
from game_server.rules.rows import Choice
from game_server.rules.text import fold_answer, tidy
from tests.game_server.classroom import ALL_TYPES, Classroom, created, every_type, question, right_choice, settings


def frozen(asked: Question, **chosen: Any) -> FrozenQuestion:
    return created((asked,), settings(**chosen)).questions[0]


def takes(asked: FrozenQuestion, **choice: Any) -> bool:
    return read_choice(asked, wire.SubmitAnswer(answer_id="a", question_id=asked.id, **choice)) is not None


@pytest.mark.parametrize("kind", [kind for kind in ALL_TYPES if kind != "slide"])
def test_g32_every_type_takes_its_right_answer_and_no_other_kind(kind: str) -> None:
    asked = frozen(question(kind))
    right = right_choice(asked)
    assert takes(asked, **right)
    others: list[dict[str, Any]] = [{"text": "x"}, {"number": 1}, {"option_ids": ("x",)}, {}, {"text": ""}]
    for other in others:
        if other.keys() != right.keys() or other in ({}, {"text": ""}, {"option_ids": ("x",)}):
            assert not takes(asked, **other), other
    assert not takes(asked, **{"text": "x", "number": 1, **right})


def test_g32_a_slide_takes_nothing() -> None:
    asked = frozen(question("slide"))
    assert not any(takes(asked, **choice) for choice in ({}, {"text": "x"}, {"number": 1}, {"option_ids": ("x",)}))


def test_g32_options_are_this_games_once_each_and_as_many_as_fit() -> None:
    single, several, order = (frozen(question(kind)) for kind in ("single_choice", "multiple_choice", "order"))
    ids = [option.id for option in single.options]
    assert not takes(single, option_ids=ids[:2])
    assert not takes(single, option_ids=("single_choice-a",)), "the quiz's own id is not the game's"
    ids = [option.id for option in several.options]
    assert takes(several, option_ids=ids)
    assert not takes(several, option_ids=[ids[0], ids[0]])
    assert not takes(several, option_ids=())
    ids = [option.id for option in order.options]
    assert takes(order, option_ids=ids)
    assert not takes(order, option_ids=ids[:-1])
    assert not takes(order, option_ids=[*ids[:-1], ids[0]])


def test_g32_texts_have_a_length() -> None:
    for kind, longest in (("typed", 200), ("word_cloud", 60), ("open", 500)):
        asked = frozen(question(kind))
        assert takes(asked, text="x" * longest)
        assert not takes(asked, text="x" * (longest + 1)) if longest < 500 else True
        assert not takes(asked, text="\u200b\u0007 ")


def test_g32_numbers_stay_within_what_was_said() -> None:
    asked = frozen(question("number", number=NumberAnswer(answer=5, min=0, max=10)))
    assert takes(asked, number=0)
    assert takes(asked, number=10)
    assert not takes(asked, number=-0.1)
    assert not takes(asked, number=10.1)
    read = read_choice(asked, wire.SubmitAnswer(answer_id="a", question_id="q", number=-0.0))
    assert read is not None
    assert str(read.number) == "0.0"


def opened(**chosen: Any) -> Classroom:
    room = Classroom((question("single_choice"), question("typed")), **chosen)
    room.join("ada")
    room.play("start_game")
    return room


def test_g30_statuses_in_their_order() -> None:
    room = Classroom((question("single_choice"), question("typed")), reading_ms=1000)
    room.join("ada")
    nonsense: dict[str, Any] = {"text": "nonsense"}
    assert room.answer("ada", question_id="q-single_choice", **nonsense) == "early"
    room.play("start_game")
    assert room.answer("ada", question_id="another", **nonsense) == "invalid"
    assert room.answer("ada", question_id="q-typed", **nonsense) == "early"
    assert room.answer("ada", **nonsense) == "early"
    room.wait(1000)
    assert room.answer("ada", **nonsense) == "invalid"
    room.wait(20_001)
    assert room.answer("ada", **nonsense) == "late"
    room.play("pause_game")
    assert room.answer("ada", **nonsense) == "paused"
    room.play("close_question")
    assert room.answer("ada", **nonsense) == "closed"
    room.play("end_game")
    assert room.answer("ada", question_id="q-typed", **nonsense) == "closed"
    room = opened()
    room.play("pause_game")
    room.do(wire.KickPlayer(player_id="ada"))
    assert room.answer("ada") == "kicked"
    assert room.rows == {}


def test_g30_what_was_received_in_a_pause_is_told_so_after_it() -> None:
    room = opened()
    room.wait(5000)
    room.play("pause_game")
    room.wait(5000)
    received = room.now
    room.wait(1)
    room.play("unpause_game")
    room.now = received
    assert room.answer("ada") == "paused"


def test_g30_the_last_instant_is_in_time() -> None:
    room = opened()
    room.wait(20_000)
    assert room.answer("ada") == "accepted"


def test_g31_the_same_answer_id_brings_the_identical_receipt_at_any_time() -> None:
    room = opened()
    room.wait(1234)
    sent = wire.SubmitAnswer(answer_id="mine", question_id="q-single_choice", **right_choice(room.open), elapsed_ms=1)
    first = room.submit("ada", sent)
    assert isinstance(first, wire.Receipt)
    assert (first.status, first.received_ms, first.seq) == ("accepted", 1234, room.game.seq)
    room.play("close_question", "next_question", "pause_game", "end_game")
    assert room.submit("ada", sent) == first
    assert receipt_of(room.rows["q-single_choice"]["ada"]) == first


def test_g31_another_answer_of_the_same_player_is_a_duplicate() -> None:
    room = opened()
    assert room.answer("ada", "first") == "accepted"
    assert room.answer("ada", "second") == "duplicate"
    assert room.rows["q-single_choice"]["ada"].answer_id == "first"


def test_g31_the_clients_own_clock_is_never_used() -> None:
    rows = []
    for elapsed in (None, -5, 0, 10**9):
        room = opened()
        room.wait(700)
        choice = right_choice(room.open)
        room.submit(
            "ada", wire.SubmitAnswer(answer_id="a", question_id="q-single_choice", elapsed_ms=elapsed, **choice)
        )
        rows.append(room.rows["q-single_choice"]["ada"])
    assert len(set(rows)) == 1


@pytest.mark.parametrize(
    ("typed", "accepted"),
    [
        ("  hà nội ", "Hà Nội"),
        ("HA NOI", "Hà Nội"),
        ("Đà Nẵng.", "da nang"),
        ("Straße", "STRASSE"),
        ("Être  ou ne pas être ?", "etre ou ne pas etre"),
        ("don’t", "don't"),
        ("well–known", "well-known"),
        ("e\u0301cole", "école"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("ΑΘΉΝΑ", "αθηνα"),
        ("Ёлка!", "елка"),
        ("İstanbul", "istanbul"),
    ],
)
def test_g33_what_folds_to_the_same(typed: str, accepted: str) -> None:
    assert fold_answer(typed) == fold_answer(accepted)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C#", "C"),
        ("C++", "C"),
        ("50%", "50"),
        ("new york", "newyork"),
        ("가", "나"),
        ("が", "か"),
        ("कि", "की"),
        ("?", "!"),
    ],
)
def test_g33_what_stays_different(one: str, other: str) -> None:
    assert fold_answer(one) != fold_answer(other)


def test_g33_tidy_keeps_what_is_seen() -> None:
    assert tidy(" a\u202eb\n c\u0000 ") == "ab c"
    assert tidy("👩\u200d🏫") == "👩\u200d🏫"


def test_g35_counts_by_option_name_every_option() -> None:
    asked = frozen(question("single_choice"))
    first, second = (option.id for option in asked.options[:2])
    found = counts(asked, [Choice(option_ids=(first,)), Choice(option_ids=(first,)), Choice(option_ids=(second,))])
    assert found == {**{option.id: 0 for option in asked.options}, first: 2, second: 1}


def test_g35_an_order_counts_what_is_in_its_right_place() -> None:
    asked = frozen(question("order"))
    right = asked.key.order_ids
    swapped = (right[1], right[0], *right[2:])
    assert counts(asked, [Choice(option_ids=right), Choice(option_ids=swapped)]) == dict(
        zip(right, (1, 1, 2, 2), strict=True)
    )


def test_g35_texts_are_counted_folded_in_their_commonest_spelling() -> None:
    asked = frozen(question("word_cloud"))
    texts = ["Café", "cafe", "Café", "TEA", "tea", "milk"]
    assert counts(asked, [Choice(text=text) for text in texts]) == (
        wire.TextCount(text="Café", n=3),
        wire.TextCount(text="TEA", n=2),
        wire.TextCount(text="milk", n=1),
    )
    assert counts(frozen(question("number")), [Choice(number=3.0), Choice(number=3.0)]) == (
        wire.TextCount(text="3", n=2),
    )


def test_g35_at_most_a_hundred_texts_are_told() -> None:
    assert len(counts(frozen(question("open")), [Choice(text=f"thought {n}") for n in range(300)])) == 100


def test_g35_answers_of_who_was_kicked_are_left_out() -> None:
    room = opened()
    room.join("ben")
    room.answer("ada")
    room.answer("ben")
    room.do(wire.KickPlayer(player_id="ben"))
    room.play("close_question")
    result = room.host.state["result"]
    assert (sum(result["counts"].values()), result["answered"], result["of"]) == (1, 1, 1)
    room.check()


def test_g3_options_are_named_and_shuffled_anew_for_each_game() -> None:
    one, same, other = (created(every_type(), settings(), seed).questions for seed in (b"1", b"1", b"2"))
    assert one == same
    assert not {o.id for q in one for o in q.options} & {o.id for q in other for o in q.options}
    orders = {
        tuple(o.text for o in created(every_type(), settings(), bytes([n])).questions[0].options) for n in range(99)
    }
    assert len(orders) > 15, "nearly every order of four comes up"


def test_g3_the_right_option_stands_anywhere() -> None:
    asked = (question("single_choice", options=tuple(Option(text=t, correct=t == "a") for t in "abcd")),)
    places = [
        [option.text for option in created(asked, settings(), bytes([n])).questions[0].options].index("a")
        for n in range(200)
    ]
    assert all(places.count(place) > 25 for place in range(4))


def test_g3_without_shuffling_the_order_stays_but_an_order_is_never_shown_solved() -> None:
    for n in range(60):
        asked = (
            question("single_choice"),
            question("true_false"),
            question("order", options=every_type()[5].options[:2]),
        )
        single, yes_no, order = created(asked, settings(shuffle_options=False), bytes([n])).questions
        assert [option.text for option in single.options] == [f"Option {letter}" for letter in "abcd"]
        assert [option.text for option in yes_no.options] == ["True", "False"]
        assert tuple(option.id for option in order.options) != order.key.order_ids


def test_g3_true_and_false_keep_their_order() -> None:
    for n in range(20):
        asked = created((question("true_false"),), settings(), bytes([n])).questions[0]
        assert [option.text for option in asked.options] == ["True", "False"]


@pytest.mark.parametrize(
    "asked",
    [
        (),
        (question("single_choice", options=()),),
        (question("multiple_choice", options=(Option(text="a"), Option(text="b"))),),
        (question("typed", accepted=()),),
        (question("number", number=None),),
        (question("order", options=(Option(text="alone"),)),),
        (question("poll"), question("poll")),
    ],
)
def test_g4_a_quiz_that_cannot_be_played_makes_no_game(asked: tuple[Question, ...]) -> None:
    refused = freeze(asked, settings(), b"seed")
    assert isinstance(refused, Refusal)
    assert refused.code == "quiz_not_playable"
