"""Any interleaving of commands, answers, time, doubles and reloads folds to one result: SPEC [G1], [G7], [G61]."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edkit.contracts import games as wire
from game_server.rules.decide import Attendance, due_at, settle
from game_server.rules.entries import QuestionClosed
from game_server.rules.scoring import streak_bonus
from tests.game_server.classroom import ALL_TYPES, Classroom, question, right_choice, wrong_choice

NAMES = ("ada", "ben", "cat", "dan")
USUAL = ("start_game", "next_question", "next_question", "close_question", "pause_game", "unpause_game")
SIMPLE = st.sampled_from([*USUAL, *USUAL, "rotate_host_key", "end_game"])


class Play(RuleBasedStateMachine):
    """Whatever people, networks and clocks do, in any order."""

    @initialize(
        kinds=st.lists(st.sampled_from(ALL_TYPES), min_size=1, max_size=4),
        scoring=st.sampled_from(["kahoot", "kahoot", "accuracy", "survey"]),
        streak_bonus=st.booleans(),
        teams=st.sampled_from([None, ("red", "blue")]),
        reading_ms=st.sampled_from([0, 3000]),
        auto_advance_ms=st.sampled_from([None, 4000]),
        show_leaderboard=st.booleans(),
        leaderboard_size=st.integers(1, 5),
    )
    def open_lobby(self, kinds: list[str], **chosen: Any) -> None:
        asked = tuple(question(kind, id=f"q{n}", points=(0, 1000, 999)[n % 3]) for n, kind in enumerate(kinds))
        self.room = Classroom(asked, **chosen)
        self.receipts: dict[tuple[str, str], wire.Receipt] = {}

    @rule(name=st.sampled_from(NAMES))
    def join_or_reload(self, name: str) -> None:
        if name in self.room.game.kicked:
            return
        if name in self.room.players:
            self.room.reconnect(name)
        elif self.room.game.phase != "ended":
            teams = self.room.game.settings.teams
            self.room.join(name, team=teams[len(name) % 2] if teams else None)

    @rule(name=SIMPLE, old=st.booleans())
    def command(self, name: str, old: bool) -> None:
        before = self.room.match
        click: Any = wire.CLIENT_EVENTS[name][0](seq=before.game.seq - old)
        done = self.room.do(click)
        assert isinstance(done, list) is (self.room.match != before)
        assert not (old and isinstance(done, list))
        if isinstance(done, list):
            assert self.room.do(click) == "stale", "a double click advances once"

    @rule(locked=st.booleans())
    def lock(self, locked: bool) -> None:
        self.room.do(wire.LockGame(locked=locked))

    @rule(name=st.sampled_from(NAMES), ban=st.booleans())
    def kick(self, name: str, ban: bool) -> None:
        self.room.do(wire.KickPlayer(player_id=name, ban=ban))

    @rule(ms=st.integers(1000, 20_000), names=st.none() | st.sets(st.sampled_from(NAMES), min_size=1))
    def extend(self, ms: int, names: set[str] | None) -> None:
        self.room.do(wire.ExtendQuestion(ms=ms, player_ids=tuple(sorted(names)) if names else None))

    @precondition(lambda self: self.room.game.closed)
    @rule(data=st.data())
    def regrade(self, data: st.DataObject) -> None:
        game = self.room.game
        asked = game.question(data.draw(st.sampled_from(sorted(game.closed))))
        key: dict[str, Any] = {"void": data.draw(st.booleans())}
        if asked.key.option_ids and data.draw(st.booleans()):
            ids = [option.id for option in asked.options]
            key = {"correct_option_ids": tuple(data.draw(st.sets(st.sampled_from(ids), min_size=1)))}
        self.room.do(wire.RegradeQuestion(question_id=asked.id, **key))

    @precondition(lambda self: self.room.players)
    @rule(data=st.data(), right=st.booleans(), credit_ms=st.integers(0, 250), again=st.booleans())
    def answer(self, data: st.DataObject, right: bool, credit_ms: int, again: bool) -> None:
        room = self.room
        name = data.draw(st.sampled_from(sorted(room.players)))
        shown = room.game.open_question
        asked = data.draw(st.sampled_from([*room.game.questions, *([shown] * 8 if shown else [])]))
        if asked.type == "slide":
            choice: dict[str, Any] = {"text": "x"}
        elif right or asked.type in ("poll", "word_cloud", "open"):
            choice = right_choice(asked)
        else:
            choice = wrong_choice(asked)
        sent = wire.SubmitAnswer(answer_id=f"{name}-{asked.id}-{again}", question_id=asked.id, **choice)
        had = room.rows.get(asked.id, {}).get(name)
        receipt = room.submit(name, sent, credit_ms)
        if isinstance(receipt, wire.Receipt) and receipt.status == "accepted":
            assert self.receipts.setdefault((name, sent.answer_id), receipt) == receipt
        if had is not None:
            assert room.rows[asked.id][name] == had, "the first answer stands"

    @rule(ms=st.integers(0, 12_000))
    def wait(self, ms: int) -> None:
        self.room.wait(ms)

    @rule(counted=st.integers(0, 3), answered=st.integers(0, 3), waiting=st.integers(0, 1))
    def tick(self, counted: int, answered: int, waiting: int) -> None:
        due = due_at(self.room.game)
        done = self.room.tick(Attendance(counted, answered, waiting))
        if done is not None and due is not None and self.room.entries()[-1].type != "question_closed":
            assert self.room.now >= due

    @rule()
    def find_a_gate_left_shut(self) -> None:
        plan = settle(self.room.game, self.room.now)
        if plan is not None:
            self.room.carry_out(plan)

    @invariant()
    def one_result(self) -> None:
        """Replay, verification, snapshots and clients agree; the phases are in order; every place is given once."""
        if not hasattr(self, "room"):
            return
        self.room.check()
        board = self.room.match.board
        assert [standing.rank for standing in board.standings] == list(range(1, len(board.standings) + 1))
        keys = [(-standing.score, standing.time_ms) for standing in board.standings]
        assert keys == sorted(keys)
        assert all(standing.score >= 0 for standing in board.standings)

    def teardown(self) -> None:
        if not hasattr(self, "room"):
            return
        opened, closed = [], []
        for entry in self.room.entries():
            if entry.type == "question_opened":
                assert opened == closed, "no opening before the previous closing"
                opened.append(entry.question_id)
            elif isinstance(entry, QuestionClosed):
                closed.append(entry.question_id)
                assert opened == closed
        assert len(set(opened)) == len(opened), "each question at most once"


TestPlay = Play.TestCase
TestPlay.settings = settings(
    max_examples=80, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


class Streaks(RuleBasedStateMachine):
    """[G42], told twice: by the board, and by counting on one's fingers."""

    @initialize()
    def start(self) -> None:
        kinds = [question("single_choice", id=f"q{n}") for n in range(30)]
        self.room = Classroom(tuple(kinds), streak_bonus=True, scoring="accuracy")
        self.room.join("ada")
        self.room.play("start_game")
        self.streak = self.score = 0

    @precondition(lambda self: self.room.game.phase == "question")
    @rule(how=st.sampled_from(["right", "right", "right", "wrong", "none"]))
    def answer_one(self, how: str) -> None:
        if how != "none":
            self.room.answer("ada", **(right_choice if how == "right" else wrong_choice)(self.room.open))
        self.streak = self.streak + 1 if how == "right" else 0
        self.score += 1000 + streak_bonus(self.streak) if how == "right" else 0
        self.room.play("close_question", "next_question")
        me = self.room.clients["ada"].state["me"]
        assert (me["streak"], me["score"]) == (self.streak, self.score)


TestStreaks = Streaks.TestCase
TestStreaks.settings = settings(max_examples=20, stateful_step_count=29, deadline=None)
