"""Proof that a stored game is what was played: SPEC [G5] and [G6]."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from edkit.contracts import games as wire
from game_server.rules.chain import GENESIS, link
from game_server.rules.entries import decode, encode
from game_server.rules.rows import Choice
from game_server.rules.verify import Fault, LogLine, Verified
from tests.game_server.classroom import Classroom, every_type, question, right_choice, wrong_choice


def played() -> Classroom:
    """Two questions, three players, a pause, a kick and a regrade."""
    room = Classroom(tuple(question("single_choice", id=f"q{n}") for n in range(3)), streak_bonus=True)
    for name in ("ada", "ben", "cat"):
        room.join(name)
        room.wait(1)
    room.play("start_game")
    for place in range(2):
        room.wait(2000)
        for name in ("ada", "ben", "cat"):
            room.answer(name, **(right_choice if name != "ben" else wrong_choice)(room.open))
            room.wait(100)
        room.play("close_question")
        if place == 0:
            room.do(wire.KickPlayer(player_id="cat"))
            room.play("pause_game", "next_question")
    room.do(wire.RegradeQuestion(question_id="q0", void=True))
    room.play("end_game")
    return room


def faulty(room: Classroom) -> str:
    found = room.verify()
    assert isinstance(found, Fault)
    return str(found)


def test_g6_what_was_played_verifies() -> None:
    room = played()
    found = room.verify()
    assert isinstance(found, Verified)
    assert (found.entries, found.answers) == (len(room.lines), 5)
    assert found.match == room.match


CHANGES: dict[str, Callable[[Classroom], None]] = {
    "choice": lambda room: change(room, choice=Choice(option_ids=("other",))),
    "received_ms": lambda room: change(room, received_ms=1),
    "received_at": lambda room: change(room, received_at=1),
    "credit_ms": lambda room: change(room, credit_ms=250),
    "seq": lambda room: change(room, seq=1),
    "answer_id": lambda room: change(room, answer_id="another"),
}


def change(room: Classroom, **fields: object) -> None:
    room.rows["q1"]["ben"] = replace(room.rows["q1"]["ben"], **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CHANGES)
def test_g6_a_changed_answer_is_named(name: str) -> None:
    room = played()
    CHANGES[name](room)
    assert "question q1" in faulty(room)
    assert "player ben" in faulty(room)


def test_g6_a_missing_and_an_added_answer_are_found() -> None:
    room = played()
    del room.rows["q0"]["ada"]
    assert "question q0" in faulty(room)
    assert "3 were counted, 2 are stored" in faulty(room)
    room = played()
    room.rows["q0"]["zoe"] = replace(room.rows["q0"]["ada"], player_id="zoe", answer_id="smuggled")
    assert "smuggled" in faulty(room)


def test_g6_answers_to_a_question_of_another_game_are_found() -> None:
    room = played()
    room.rows["elsewhere"] = dict(room.rows["q0"])
    assert "question elsewhere" in faulty(room)


@pytest.mark.parametrize("place", range(11))
def test_g6_a_changed_entry_is_named(place: int) -> None:
    room = played()
    line = room.lines[place]
    body = line.body.replace(b'"at":17', b'"at":18', 1)
    assert body != line.body
    room.lines[place] = replace(line, body=body)
    assert faulty(room).startswith(f"entry {place + 1}:")


def test_g6_a_lost_entry_a_lost_end_and_an_empty_log_are_found() -> None:
    room = played()
    del room.lines[3]
    assert faulty(room).startswith("entry 4: is missing")
    room.lines.clear()
    assert faulty(room).startswith("entry 1: is missing")


def test_g6_a_forged_chain_does_not_hide_forged_scores() -> None:
    """Who rewrites entries with all hashes after them is still caught by the answers."""
    room = played()
    previous, forged = GENESIS, []
    for line in room.lines:
        entry = decode(line.body)
        if entry.type == "game_ended":
            top = entry.board.top[::-1]
            entry = entry.model_copy(update={"board": entry.board.model_copy(update={"top": top})})
        previous = link(previous, encode(entry))
        forged.append(LogLine(line.seq, encode(entry), previous))
    room.lines = forged
    assert "scores" in faulty(room)


def test_g6_a_player_taken_out_or_smuggled_in_is_found() -> None:
    room = played()
    del room.players["ben"]
    assert "players had joined" in faulty(room)
    room = played()
    room.players["zoe"] = replace(room.players["ada"], player_id="zoe")
    assert "players had joined" in faulty(room)


def test_g5_the_chain_starts_from_zeros_and_covers_the_stored_bytes() -> None:
    room = played()
    previous = "0" * 64
    for line in room.lines:
        assert line.hash == link(previous, line.body)
        previous = line.hash
        assert encode(decode(line.body)) == line.body


def test_g5_entries_name_players_by_id_only() -> None:
    room = Classroom(every_type())
    room.join("p1", nickname="Ada Lovelace", identifier="4711", user_id="u1")
    room.play("start_game")
    room.answer("p1")
    room.play("close_question", "end_game")
    stored = b"".join(line.body for line in room.lines)
    assert b"p1" in stored
    assert not any(word in stored for word in (b"Lovelace", b"4711", b"u1"))
