"""A class at play without any machinery: a log in a list, rows in dicts, a clock in an int, clients folding events."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from edkit.contracts import games as wire
from edkit.contracts.questions import NumberAnswer, Option, Question
from game_server.rules import entries
from game_server.rules.answers import duplicate, receipt_of, receive
from game_server.rules.chain import GENESIS, link
from game_server.rules.decide import Attendance, Command, Facts, Plan, Stale, decide, decide_due
from game_server.rules.entries import Entry, FrozenQuestion, decode, encode
from game_server.rules.freeze import freeze
from game_server.rules.match import Match, advance, begin, needs, write
from game_server.rules.refusal import Refusal
from game_server.rules.rows import AnswerRow, PlayerRow
from game_server.rules.verify import Fault, LogLine, Verified, verify
from game_server.rules.view import (
    HOST,
    PLAYERS,
    Viewer,
    apart,
    event_for,
    results_for,
    state_for_host,
    state_for_player,
)

START = 1_700_000_000_000
KEY = "the host key"

CANARY = "SOLUTION"
"""Stands in everything that must not be seen before closing."""


def question(kind: str, **fields: Any) -> Question:
    """A playable question of this type; `fields` change it."""
    needed: dict[str, Any] = {"id": f"q-{kind}", "type": kind, "text": f"A {kind} question"}
    if kind in ("single_choice", "multiple_choice"):
        right = "a" if kind == "single_choice" else "ac"
        needed["options"] = tuple(
            Option(id=f"{kind}-{letter}", text=f"Option {letter}", correct=letter in right) for letter in "abcd"
        )
    elif kind == "true_false":
        needed["options"] = (Option(id="t", text="True", correct=True), Option(id="f", text="False"))
    elif kind in ("order", "poll"):
        needed["options"] = tuple(Option(id=f"{kind}-{n}", text=f"Step {n}") for n in range(4))
    elif kind == "typed":
        needed["accepted"] = (f"{CANARY} typed",)
    elif kind == "number":
        needed["number"] = NumberAnswer(answer=271828, tolerance=10, scoring="proximity", min=0, max=1_000_000)
    return Question(**{**needed, "explanation": f"{CANARY} explained", **fields})


ALL_TYPES = (
    "single_choice",
    "multiple_choice",
    "true_false",
    "typed",
    "number",
    "order",
    "poll",
    "word_cloud",
    "open",
    "slide",
)


def every_type() -> tuple[Question, ...]:
    return tuple(question(kind) for kind in ALL_TYPES)


def settings(**fields: Any) -> wire.GameSettings:
    return wire.GameSettings(**{"reading_ms": 0, **fields})


def created(questions: tuple[Question, ...], chosen: wire.GameSettings, seed: bytes = b"seed") -> entries.GameCreated:
    frozen = freeze(questions, chosen, seed)
    assert not isinstance(frozen, Refusal), frozen
    return entries.GameCreated(
        at=START,
        by="host",
        game_id="game",
        pin="123456",
        owner_id="teacher",
        quiz_id="quiz",
        quiz_version=1,
        title="A quiz",
        questions=frozen,
        settings=chosen,
        rules_version=entries.RULES_VERSION,
        host_key_sha256=hashlib.sha256(KEY.encode()).hexdigest(),
    )


def media_url(question_id: str, url: str) -> str:
    return f"{url}?cap={question_id}"


def right_choice(asked: FrozenQuestion) -> dict[str, Any]:
    """The fields of a submission that earn the whole share."""
    key = asked.key
    if asked.type == "typed":
        return {"text": key.accepted[0]}
    if asked.type == "number":
        return {"number": key.number}
    if asked.type == "order":
        return {"option_ids": key.order_ids}
    if asked.type == "poll":
        return {"option_ids": (asked.options[0].id,)}
    if asked.type in ("word_cloud", "open"):
        return {"text": "a thought"}
    return {"option_ids": key.option_ids if asked.type == "multiple_choice" else key.option_ids[:1]}


def wrong_choice(asked: FrozenQuestion) -> dict[str, Any]:
    if asked.type == "typed":
        return {"text": "nonsense"}
    if asked.type == "number":
        return {"number": 1}
    if asked.type == "order":
        return {"option_ids": tuple(reversed(asked.key.order_ids))}
    return {"option_ids": (next(o.id for o in asked.options if o.id not in asked.key.option_ids),)}


@dataclass
class Client:
    """A browser that folds what it is sent. `heard` holds every payload ever sent to it."""

    state: dict[str, Any]
    heard: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, event: Any) -> None:
        body = event.wire()
        self.heard.append({"event": event.event, **body})
        getattr(self, "on_" + event.event)(body)

    def sequenced(self, body: dict[str, Any]) -> None:
        assert body["seq"] == self.state["seq"] + 1, "a hole in seq"
        self.state.update(seq=body["seq"], phase=body["phase"])

    def take(self, body: dict[str, Any], *names: str) -> None:
        for name in names:
            self.state.pop(name, None)
            if name in body:
                self.state[name] = body[name]

    def forget_own(self) -> None:
        for name in ("answer", "result"):
            self.state.get("me", {}).pop(name, None)

    on_state_advanced = on_game_started = on_player_kicked = on_kicked = sequenced

    def on_your_result(self, body: dict[str, Any]) -> None:
        me = self.state["me"]
        me.pop("rank", None)
        me.update({name: body[name] for name in ("score", "rank", "streak") if name in body})
        if body["phase"] == "result" and body["question_id"] == self.state["question"]["id"]:
            me["result"] = body

    def on_question_opened(self, body: dict[str, Any]) -> None:
        self.sequenced(body)
        self.forget_own()
        self.take(body, "question", "solution", "result")

    def on_question_extended(self, body: dict[str, Any]) -> None:
        self.sequenced(body)

    def on_question_closed(self, body: dict[str, Any]) -> None:
        self.sequenced(body)
        shown = ("question_id", "solution", "explanation", "counts", "answered", "of")
        self.state["result"] = {name: body[name] for name in shown if name in body}
        self.take(body, "leaderboard", "team_leaderboard")
        if "me" not in self.state:
            self.take(body, "answered", "of")

    def on_question_regraded(self, body: dict[str, Any]) -> None:
        self.sequenced(body)
        self.take(body, "leaderboard", "team_leaderboard", *(["podium"] if body["phase"] == "ended" else []))
        if body["question_id"] == self.state.get("question", {}).get("id") and body["phase"] == "result":
            self.state["result"]["solution"] = body["solution"]
            if "me" not in self.state:
                self.take(body, "solution")

    def on_game_paused(self, body: dict[str, Any]) -> None:
        self.sequenced(body)
        self.state.update(paused=True, **({"pause_reason": body["reason"]} if "reason" in body else {}))

    def on_game_unpaused(self, body: dict[str, Any]) -> None:
        self.sequenced(body)
        self.state["paused"] = False
        self.state.pop("pause_reason", None)

    def on_game_locked(self, body: dict[str, Any]) -> None:
        self.sequenced(body)
        self.state["locked"] = body["locked"]

    def on_game_ended(self, body: dict[str, Any]) -> None:
        self.sequenced(body)
        self.forget_own()
        self.take(body, "leaderboard", "team_leaderboard", "podium", "report_id")
        self.take({}, "question", "result", "solution", "answered", "of")


def comparable(state: dict[str, Any]) -> dict[str, Any]:
    """A snapshot without durations, presence, roster and live counters."""
    loose = {"opens_in_ms", "remaining_ms", "player_count", "players"}
    if state["phase"] != "result":
        loose |= {"answered", "of"}
    return {name: value for name, value in state.items() if name not in loose}


class Classroom:
    """One game. Time moves only by `wait`. Every entry is stored, read back, applied, and told to every client."""

    def __init__(self, questions: tuple[Question, ...] | None = None, **chosen: Any) -> None:
        self.now = START
        self.players: dict[str, PlayerRow] = {}
        self.rows: dict[str, dict[str, AnswerRow]] = {}
        self.lines: list[LogLine] = []
        self.clients: dict[str, Client] = {}
        first = created(questions or every_type(), settings(**chosen))
        self._store(first)
        self.match = begin(first)
        self.host = Client(self.snapshot_of_host())

    # -- reading --

    @property
    def game(self) -> Any:
        return self.match.game

    @property
    def open(self) -> FrozenQuestion:
        asked = self.match.game.open_question
        assert asked is not None
        return asked

    def entries(self) -> list[Entry]:
        return [decode(line.body) for line in self.lines]

    def stored_rows(self) -> dict[str, list[AnswerRow]]:
        return {name: list(of.values()) for name, of in self.rows.items()}

    def snapshot_of_host(self, match: Match | None = None) -> dict[str, Any]:
        roster = [wire.RosterPlayer(id=p.player_id, nickname=p.nickname, connected=True) for p in self.players.values()]
        shown = state_for_host(
            match or self.match, roster, answered=0, of=0, host_key=KEY, now=self.now, media_url=media_url
        )
        return shown.wire()

    def snapshot_of(self, player_id: str, match: Match | None = None) -> dict[str, Any]:
        shown = (match or self.match).game.shown
        answer = self.rows.get(shown.question_id, {}).get(player_id) if shown else None
        return state_for_player(
            match or self.match,
            self.players[player_id],
            answer,
            player_count=len(self.players),
            now=self.now,
            media_url=media_url,
        ).wire()

    def score_of(self, player_id: str) -> int:
        standing = self.match.board.of(player_id)
        assert standing is not None
        return standing.score

    # -- doing --

    def wait(self, ms: int) -> None:
        self.now += ms

    def join(self, player_id: str, **fields: Any) -> Client:
        self.players[player_id] = PlayerRow(
            player_id, fields.pop("nickname", player_id.title()), self.game.seq, self.now, **fields
        )
        return self.reconnect(player_id)

    def reconnect(self, player_id: str) -> Client:
        """The client begins again from a snapshot."""
        heard = self.clients[player_id].heard if player_id in self.clients else []
        self.clients[player_id] = Client(self.snapshot_of(player_id), heard)
        heard.append({"event": "state", **self.snapshot_of(player_id)})
        return self.clients[player_id]

    def do(self, command: Command, **facts: Any) -> list[str] | str:
        """What a command did: the types of its entries, `stale`, or the code of its refusal."""
        known = frozenset(self.players)
        decision = decide(self.match.game, command, self.now, Facts(known=known, host_key_sha256="f" * 64, **facts))
        if isinstance(decision, Stale):
            return "stale"
        return decision.code if isinstance(decision, Refusal) else self.carry_out(decision)

    def tick(self, attendance: Attendance | None = None) -> list[str] | None:
        """What time did."""
        plan = decide_due(self.match.game, self.now, attendance)
        return None if plan is None else self.carry_out(plan)

    def carry_out(self, plan: Plan) -> list[str]:
        players = list(self.players.values()) if plan.roster else []
        rows = {name: list(self.rows.get(name, {}).values()) for name in plan.rows}
        written = write(self.match, plan, players, rows)
        for entry in written:
            self._append(entry)
        return [entry.type for entry in written]

    def answer(self, player_id: str, answer_id: str = "", credit_ms: int = 0, **choice: Any) -> str:
        """Submit to the question on show; the status of the receipt, or the code of the refusal."""
        shown = self.match.game.shown
        asked = choice.pop("question_id", shown.question_id if shown else "none")
        sent = wire.SubmitAnswer(
            answer_id=answer_id or f"{player_id}-{asked}", question_id=asked, **choice or right_choice(self.open)
        )
        receipt = self.submit(player_id, sent, credit_ms)
        return receipt.code if isinstance(receipt, Refusal) else receipt.status

    def submit(self, player_id: str, sent: wire.SubmitAnswer, credit_ms: int = 0) -> wire.Receipt | Refusal:
        stood = self.rows.get(sent.question_id, {}).get(player_id)
        if stood is not None:
            return receipt_of(stood) if stood.answer_id == sent.answer_id else duplicate(stood, sent.answer_id)
        ruling = receive(self.match.game, player_id, sent, self.now, credit_ms)
        if not isinstance(ruling, AnswerRow):
            return ruling
        self.rows.setdefault(ruling.question_id, {})[player_id] = ruling
        if player_id in self.clients:
            self.clients[player_id].state["me"]["answer"] = self.snapshot_of(player_id)["me"]["answer"]
        return receipt_of(ruling)

    def play(self, *steps: str) -> None:
        """Host commands by name, each of which must do something."""
        for step in steps:
            command = wire.CLIENT_EVENTS[step][0]()
            done = self.do(command)  # type: ignore[arg-type]
            assert isinstance(done, list), f"{step}: {done}"

    # -- storing and telling --

    def _store(self, entry: Entry) -> None:
        body = encode(entry)
        previous = self.lines[-1].hash if self.lines else GENESIS
        self.lines.append(LogLine(len(self.lines) + 1, body, link(previous, body)))

    def _append(self, entry: Entry) -> None:
        self._store(entry)
        read = decode(self.lines[-1].body)
        assert read == entry, "an entry reads back as it was written"
        before = self.match
        self.match = step(before, read, self)
        self._tell(read, before, self.match)

    def _tell(self, entry: Entry, before: Match, after: Match) -> None:
        self.host.hear(event_for(HOST, entry, after, now=self.now, media_url=media_url))
        shared = event_for(PLAYERS, entry, after, now=self.now, media_url=media_url)
        for player_id, client in self.clients.items():
            if player_id in before.game.kicked:
                continue
            for result in results_for(player_id, entry, before.board, after):
                client.hear(result)
            own = Viewer("player", player_id)
            alone = player_id in apart(entry, after.game)
            mine = event_for(own, entry, after, now=self.now, media_url=media_url)
            assert alone or mine == shared, "only players named by `apart` need their own encoding"
            client.hear(mine if alone else shared)

    # -- checking --

    def verify(self) -> Verified | Fault:
        return verify(self.lines, list(self.players.values()), self.stored_rows())

    def replay(self) -> Match:
        """The match as another server folds it from what is stored now."""
        stored = self.entries()
        assert isinstance(stored[0], entries.GameCreated)
        match = begin(stored[0])
        for entry in stored[1:]:
            match = step(match, entry, self)
        return match

    def check(self) -> None:
        """[G1], [G6] and [G61] as they stand now."""
        assert self.replay() == self.match
        assert isinstance(self.verify(), Verified), self.verify()
        assert comparable(self.host.state) == comparable(self.snapshot_of_host())
        for player_id, client in self.clients.items():
            if player_id not in self.match.game.kicked:
                assert comparable(client.state) == comparable(self.snapshot_of(player_id))


def step(match: Match, entry: Entry, room: Classroom) -> Match:
    """One entry further, given no more than it asks for."""
    wanted = needs(match.game, entry)
    players = list(reversed(room.players.values())) if wanted.roster else []
    rows = {name: list(reversed(room.rows.get(name, {}).values())) for name in wanted.rows}
    return advance(match, entry, players, rows)
