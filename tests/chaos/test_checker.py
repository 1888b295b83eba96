"""The checker is checked: a clean history passes all of it, and each invariant catches histories that break it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.checker import check
from tests.chaos.history import Entry, Fault, History, Line, StoredPlayer
from tests.chaos.invariants import INVARIANTS
from tests.chaos.stories import GAME, SECOND, TAG, Story


def is_event(name: str, client: str | None = None, question: str | None = None) -> Callable[[Line], bool]:
    return lambda line: (
        line.kind == "event"
        and line.more["event"] == name
        and client in (None, line.client)
        and question in (None, line.question)
    )


def receipt_of(answer_id: str) -> Callable[[Line], bool]:
    return lambda line: line.kind == "answer" and line.phase == "ok" and line.op_id == answer_id


def a_receipt_without_a_row(story: Story) -> None:
    story.drop_row("ann-q1")


def a_receipt_for_another_choice(story: Story) -> None:
    story.change_row("ann-q1", choice={"option_ids": ["b"]})


def two_rows_of_one_player(story: Story) -> None:
    story.add_row(answer_id="ann-q1-again")


def a_row_that_nobody_sent(story: Story) -> None:
    story.change_row("bob-q1", answer_id="from-nowhere")


def an_answer_shown_and_gone(story: Story) -> None:
    story.snapshot("ann", 4800, 3, me={"player_id": "p1", "score": 0, "streak": 0, "answer": {"answer_id": "ann-q1"}})
    story.snapshot("ann", 4900, 3, me={"player_id": "p1", "score": 0, "streak": 0})


def an_answer_acknowledged_and_not_shown(story: Story) -> None:
    story.snapshot("ann", 4900, 3, me={"player_id": "p1", "score": 0, "streak": 0})


def a_result_that_forgot_an_answer(story: Story) -> None:
    story.change(is_event("your_result", "ann", "q1"), more={"status": "none"})


def refused_and_stored(story: Story) -> None:
    story.change(receipt_of("bob-q2"), status="late")


def a_kicked_answer_stored(story: Story) -> None:
    story.change(receipt_of("bob-q2"), phase="fail", status="kicked")


def two_receipts(story: Story) -> None:
    other = {"answer_id": "ann-q1", "status": "accepted", "received_ms": 2001, "seq": 3}
    story.add("ann", 4000, "answer", op_id="ann-q1", phase="invoke", question="q1", choice={"option_ids": ["a"]})
    story.add(
        "ann", 4001, "answer", op_id="ann-q1", phase="ok", status="accepted", question="q1",
        choice={"option_ids": ["a"]}, more={"receipt": other},
    )  # fmt: skip


def accepted_then_late(story: Story) -> None:
    story.add("ann", 4000, "answer", op_id="ann-q1", phase="invoke", question="q1", choice={"option_ids": ["a"]})
    story.add(
        "ann", 4001, "answer", op_id="ann-q1", phase="ok", status="late", question="q1", choice={"option_ids": ["a"]},
    )  # fmt: skip


def second_answer(story: Story, status: str) -> None:
    for phase, at in (("invoke", 3500), ("ok", 3501)):
        story.add(
            "ann", at, "answer", op_id="ann-q1-b", phase=phase, question="q1", choice={"option_ids": ["b"]},
            status=status if phase == "ok" else None, more={"receipt": {"answer_id": "ann-q1-b"}},
        )  # fmt: skip


def two_accepted_answers(story: Story) -> None:
    second_answer(story, "accepted")


def the_loser_is_stored(story: Story) -> None:
    second_answer(story, "duplicate")
    story.change_row("ann-q1", answer_id="ann-q1-b", choice={"option_ids": ["b"]})


def a_row_after_the_deadline(story: Story) -> None:
    story.change_row("ann-q1", received_ms=20_501)


def a_row_after_the_closing(story: Story) -> None:
    story.change_row("ann-q1", seq=4)


def sent_after_the_closing_and_accepted(story: Story) -> None:
    story.change(lambda line: line.op_id == "ann-q1" and line.phase == "invoke", t_ns=5_500 * 10**6)
    story.change(receipt_of("ann-q1"), t_ns=5_501 * 10**6)


def late_although_in_time(story: Story) -> None:
    story.drop_row("bob-q2")
    story.change(receipt_of("bob-q2"), status="late")


def client_time_believed(story: Story) -> None:
    story.change_row("ann-q1", received_ms=0, received_at=1000)


def a_time_from_nowhere(story: Story) -> None:
    story.change_row("ann-q1", received_ms=0)


def received_after_the_receipt(story: Story) -> None:
    story.change_row("ann-q1", received_ms=3000, received_at=4000)


def points_that_the_rows_do_not_give(story: Story) -> None:
    story.change(is_event("your_result", "ann", "q1"), points=999)


def a_board_from_before(story: Story) -> None:
    old = next(line for line in story.lines if line.kind == "board" and line.seq == 4)
    story.change(lambda line: line.kind == "board" and line.seq == 6 and line.client == "bob", hash=old.hash)


def a_board_that_forgot_a_player(story: Story) -> None:
    story.change_entry(4, board={"joined": 1, "top": []})


def a_log_that_counted_too_few(story: Story) -> None:
    story.change_entry(4, rows=1)


def a_log_with_another_top(story: Story) -> None:
    story.change_entry(4, board={"joined": 2, "top": [{"player_id": "p2", "score": 5, "rank": 1}]})


def a_hole_in_seq(story: Story) -> None:
    story.lines = [line for line in story.lines if not is_event("question_opened", "bob", "q2")(line)]


def an_event_twice(story: Story) -> None:
    event = next(line for line in story.lines if is_event("question_opened", "bob", "q2")(line))
    story.lines.append(replace(event, t_ns=event.t_ns + 1))


def two_payloads(story: Story) -> None:
    other = story.payload({"event": "question_opened", "question": {"id": "q1", "text": "another text"}})
    story.change(is_event("question_opened", "bob", "q1"), hash=other)


def a_snapshot_in_another_order(story: Story) -> None:
    story.snapshot("ann", 1500, 3, question={"id": "q1", "text": "another order"})


def a_snapshot_of_another_phase(story: Story) -> None:
    story.snapshot("ann", 5500, 4, phase="question")


def a_snapshot_without_the_score(story: Story) -> None:
    story.snapshot("ann", 5500, 4, me={"player_id": "p1", "score": 0, "streak": 0, "answer": {"answer_id": "ann-q1"}})


def a_counter_beyond_the_truth(story: Story) -> None:
    story.add("host", 4000, "count", question="q1", seq=3, more={"event": "answers_counted", "number": 3})


def a_client_left_behind(story: Story) -> None:
    story.faults += [Fault(5_100 * 10**6, "kill", "s", "start"), Fault(5_200 * 10**6, "kill", "s", "stop", -9)]
    story.lines = [line for line in story.lines if line.client != "bob" or line.t_ns < 4_500 * 10**6]
    story.add("bob", 20_000, "resume", op_id="again", phase="invoke")
    story.add("bob", 20_001, "resume", op_id="again", phase="ok")


def an_operation_left_open(story: Story) -> None:
    story.add("ann", 8_000, "answer", op_id="ann-q2", phase="invoke", question="q2")
    story.add("ann", 8_500, "answer", op_id="ann-q2", phase="info", question="q2")


def an_operation_that_took_too_long(story: Story) -> None:
    story.faults += [Fault(11 * SECOND, "kill", "s", "start"), Fault(12 * SECOND, "kill", "s", "stop", -9)]
    story.add("host", 10_900, "host", op_id="slow", phase="invoke")
    story.add("host", 22_500, "host", op_id="slow", phase="ok")


def a_game_that_never_ends(story: Story) -> None:
    story.final = replace(story.final, entries=story.final.entries[:-1], readings={})


def opened_before_the_closing(story: Story) -> None:
    entries = list(story.final.entries)
    entries[3], entries[4] = replace(entries[4], seq=4), replace(entries[3], seq=5)
    story.final = replace(story.final, entries=tuple(entries))


def a_double_click_that_skips(story: Story) -> None:
    closing = story.final.entries[5]
    skipped = replace(closing, data={**closing.data, "by": "host"})
    story.final = replace(story.final, entries=(*story.final.entries[:5], skipped, story.final.entries[6]))


def the_solution_before_the_closing(story: Story) -> None:
    story.add("bob", 6500, "canary", seq=5, more={"tag": TAG, "index": 1, "part": "k", "event": "question_opened"})


def another_s_answer_before_the_closing(story: Story) -> None:
    story.add("ann", 8500, "canary", more={"tag": TAG, "index": 1, "part": "a2", "event": "ack:submit_answer"})


def a_key_that_names_the_solution(story: Story) -> None:
    story.add("bob", 6500, "leak", seq=5, more={"keys": ["solution"], "event": "question_opened"})


def a_host_thrown_back(story: Story) -> None:
    story.snapshot("host", 7000, 3)


def a_forged_token_believed(story: Story) -> None:
    story.add("eve", 3000, "forgery", role="forger", phase="ok", op_id="forgery", more={"event": "resume_game"})


def a_forged_player_believed(story: Story) -> None:
    story.change(lambda line: line.op_id == "ann-q1", more={"forged": True})
    story.change_row("ann-q1", player="p2")


def a_stranger_s_state(story: Story) -> None:
    story.snapshot("ann", 1500, 3, me={"player_id": "p2", "score": 0, "streak": 0})


def answers_after_the_kick(story: Story) -> None:
    ann, bob = story.final.players
    story.final = replace(story.final, players=(ann, replace(bob, kicked_seq=5)))


def two_with_one_name(story: Story) -> None:
    ann, bob = story.final.players
    story.final = replace(story.final, players=(ann, replace(bob, nickname="ＡＮＮ")))


def a_kicked_player_s_token_believed(story: Story) -> None:
    story.add("bob", 6500, "haunting", phase="ok", op_id="haunting")


def a_reconnect_that_makes_a_player(story: Story) -> None:
    story.final = replace(story.final, players=(*story.final.players, StoredPlayer("p3", "ann 2", 3, 8)))


def one_join_two_players(story: Story) -> None:
    story.add("ann", 300, "joined", more={"join": "join-ann", "became": "p9"})


def an_event_of_another_game(story: Story) -> None:
    story.add("ann", 3000, "event", seq=3, more={"event": "state_advanced", "about": "g2"})


def results_that_change_after_the_end(story: Story) -> None:
    story.final = replace(story.final, readings={"report": [["p1", 1, 1], ["p2", 0, 2]]})


def a_question_after_the_end(story: Story) -> None:
    extra = Entry(8, "question_opened", 11_000, {"by": "clock", "question_id": "q1"})
    story.final = replace(story.final, entries=(*story.final.entries, extra))


SPOILT: list[tuple[str, Callable[[Story], None]]] = [
    ("A1", a_receipt_without_a_row),
    ("A1", a_receipt_for_another_choice),
    ("A2", two_rows_of_one_player),
    ("A2", a_row_that_nobody_sent),
    ("A3", an_answer_shown_and_gone),
    ("A3", an_answer_acknowledged_and_not_shown),
    ("A3", a_result_that_forgot_an_answer),
    ("A4", refused_and_stored),
    ("A4", a_kicked_answer_stored),
    ("A5", two_receipts),
    ("A5", accepted_then_late),
    ("A6", two_accepted_answers),
    ("A6", the_loser_is_stored),
    ("A7", a_row_after_the_deadline),
    ("A7", a_row_after_the_closing),
    ("A7", sent_after_the_closing_and_accepted),
    ("A7", late_although_in_time),
    ("A8", client_time_believed),
    ("A8", a_time_from_nowhere),
    ("A8", received_after_the_receipt),
    ("A8", points_that_the_rows_do_not_give),
    ("A9", a_board_from_before),
    ("A9", a_board_that_forgot_a_player),
    ("A9", a_log_that_counted_too_few),
    ("A9", a_log_with_another_top),
    ("A10", a_hole_in_seq),
    ("A10", an_event_twice),
    ("A10", two_payloads),
    ("A10", a_snapshot_in_another_order),
    ("A10", a_snapshot_of_another_phase),
    ("A10", a_snapshot_without_the_score),
    ("A10", a_counter_beyond_the_truth),
    ("A11", a_client_left_behind),
    ("A12", an_operation_left_open),
    ("A12", an_operation_that_took_too_long),
    ("A12", a_game_that_never_ends),
    ("A13", opened_before_the_closing),
    ("A13", a_double_click_that_skips),
    ("A14", the_solution_before_the_closing),
    ("A14", another_s_answer_before_the_closing),
    ("A14", a_key_that_names_the_solution),
    ("A15", a_host_thrown_back),
    ("A16", a_forged_token_believed),
    ("A16", a_forged_player_believed),
    ("A16", a_stranger_s_state),
    ("A17", answers_after_the_kick),
    ("A17", two_with_one_name),
    ("A17", a_kicked_player_s_token_believed),
    ("A18", a_reconnect_that_makes_a_player),
    ("A18", one_join_two_players),
    ("A19", an_event_of_another_game),
    ("A20", results_that_change_after_the_end),
    ("A20", a_question_after_the_end),
]


def test_a_clean_history_passes() -> None:
    report = check(Story().history(), hard=False)
    assert report.passed, report.text()


def test_a_clean_history_with_resumes_and_faults_passes() -> None:
    story = Story()
    story.snapshot("ann", 5500, 4, asked_ms=5400)
    story.snapshot("bob", 7000, 5)
    story.snapshot("host", 9500, 6)
    story.faults += [Fault(5_100 * 10**6, "kill", "s", "start"), Fault(5_200 * 10**6, "kill", "s", "stop", -9)]
    report = check(story.history(), hard=False)
    assert report.passed, report.text()


@pytest.mark.parametrize(("invariant", "spoil"), SPOILT, ids=[f"{name}-{spoil.__name__}" for name, spoil in SPOILT])
def test_a_spoilt_history_is_caught(invariant: str, spoil: Callable[[Story], None]) -> None:
    story = Story()
    spoil(story)
    assert list(INVARIANTS[invariant](story.history())), "the checker did not see it"


def test_every_invariant_has_a_history_that_breaks_it() -> None:
    assert {name for name, _ in SPOILT} == set(INVARIANTS)


def test_a_crash_of_the_harness_voids_the_run() -> None:
    story = Story()
    story.add("ann", 100, "crash", more={"error": "KeyError"})
    assert not check(story.history(), hard=False).passed


def test_an_easy_run_does_not_pass() -> None:
    report = check(Story().history())
    assert not report.passed
    assert len(report.too_easy) >= 2, report.too_easy


def test_no_game_is_no_proof() -> None:
    assert not check(History([])).passed


def test_another_answer_of_the_same_player_may_be_refused() -> None:
    story = Story()
    second_answer(story, "duplicate")
    report = check(story.history(), hard=False)
    assert report.passed, report.text()


def test_who_is_kicked_after_an_answer_was_accepted_may_be_told_so() -> None:
    story = Story()
    ann, bob = story.final.players
    story.final = replace(story.final, players=(ann, replace(bob, kicked_seq=7)))
    story.add("bob", 9900, "answer", op_id="bob-q2", phase="fail", status="kicked", question="q2")
    assert not list(INVARIANTS["A4"](story.history()))


def test_the_story_is_about_one_game() -> None:
    assert set(Story().history().final) == {GAME}
