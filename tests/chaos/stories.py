"""Histories made by hand: one clean game told by its clients, which a test then spoils in one place."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.chaos.history import (
    Entry,
    Fault,
    FinalGame,
    History,
    Line,
    Row,
    StoredPlayer,
    canonical,
    digest,
)
from tests.chaos.scoring import board_at, results_at

SECOND = 10**9
GAME = "g1"
TAG = "0000abcd"
SETTINGS = {"scoring": "kahoot", "streak_bonus": True, "leaderboard_size": 100, "show_leaderboard": True}
QUESTIONS = [
    {
        "id": "q1", "type": "single_choice", "points": 1000, "time_limit_ms": 20_000,
        "options": {"a": "option 0", "b": "option 1"}, "key": {"option_ids": ["a"]},
    },
    {
        "id": "q2", "type": "typed", "points": 1000, "time_limit_ms": 20_000,
        "options": {}, "key": {"accepted": [f"cnr{TAG}q1kx"]},
    },
]  # fmt: skip
LOG = (
    ("game_created", 0, {"by": "host"}),
    ("game_started", 1000, {"by": "host"}),
    ("question_opened", 1000, {"by": "host", "question_id": "q1", "opens_at": 1000, "closes_at": 21_000}),
    ("question_closed", 5000, {"by": "clock", "question_id": "q1", "board": {"joined": 2}}),
    ("question_opened", 6000, {"by": "host", "question_id": "q2", "opens_at": 6000, "closes_at": 26_000}),
    ("question_closed", 9000, {"by": "clock", "question_id": "q2", "board": {"joined": 2}}),
    ("game_ended", 10_000, {"by": "host", "board": {"joined": 2}}),
)
OPENED = {"q1": 1000, "q2": 6000}
PLAYERS = {"ann": "p1", "bob": "p2"}
ANSWERS = {
    ("ann", "q1"): ({"option_ids": ["a"]}, 2000),
    ("bob", "q1"): ({"option_ids": ["b"]}, 3000),
    ("ann", "q2"): ({"text": f"cnr{TAG}q1kx"}, 1000),
    ("bob", "q2"): ({"text": f"cnr{TAG}q1a2x"}, 2000),
}


class Story:
    """A game of two players and two questions in which everything went right. Tests add, drop and change lines."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.faults: list[Fault] = []
        self.payloads: dict[str, Any] = {}
        self.final = FinalGame(
            game=GAME,
            quiz={"questions": QUESTIONS},
            settings=SETTINGS,
            entries=tuple(Entry(seq, name, at, data) for seq, (name, at, data) in enumerate(LOG, start=1)),
            rows=tuple(
                Row(
                    game=GAME,
                    question=question,
                    player=PLAYERS[who],
                    answer_id=f"{who}-{question}",
                    choice=choice,
                    received_ms=ms,
                    credit_ms=0,
                    received_at=OPENED[question] + ms,
                    seq=3 if question == "q1" else 5,
                )
                for (who, question), (choice, ms) in ANSWERS.items()
            ),
            players=tuple(StoredPlayer(player, who, n, 1) for n, (who, player) in enumerate(PLAYERS.items(), start=1)),
        )
        self.final = replace(self.final, entries=tuple(map(self._with_top, self.final.entries)))
        self.final = replace(self.final, readings={"report": self.ranked(7)})
        self._tell()

    def history(self) -> History:
        """The story as the checker reads it."""
        return History(self.lines, self.faults, {GAME: self.final}, self.payloads)

    def ranked(self, seq: int) -> list[list[Any]]:
        return [[place.player, place.score, place.rank] for place in board_at(self.final, seq)]

    def add(self, client: str, at_ms: float, kind: str, **fields: Any) -> Line:
        """One more line; `more` gets the client's player."""
        role = fields.pop("role", "host" if client == "host" else "player")
        more = {"player": PLAYERS.get(client)} | fields.pop("more", {})
        values: dict[str, Any] = {"run": "r", "game": GAME, "conn": 1, "server": "s"} | fields
        line = Line(
            t_ns=round(at_ms * 1e6), client=client, role=role, kind=kind, more=more, **values,
        )  # fmt: skip
        line = replace(line, raw=canonical([client, at_ms, kind, fields, more]))
        self.lines.append(line)
        return line

    def change(self, which: Callable[[Line], bool], **fields: Any) -> None:
        """Spoil every line that `which` picks; at least one must be there. `more` is merged."""
        picked = [line for line in self.lines if which(line)]
        assert picked, "nothing to spoil"
        for line in picked:
            more = {**line.more, **fields.get("more", {})}
            self.lines[self.lines.index(line)] = replace(line, **{**fields, "more": more})

    def change_row(self, answer_id: str, /, **fields: Any) -> None:
        rows = [replace(row, **fields) if row.answer_id == answer_id else row for row in self.final.rows]
        self.final = replace(self.final, rows=tuple(rows))

    def change_entry(self, seq: int, /, **data: Any) -> None:
        entries = [replace(e, data={**e.data, **data}) if e.seq == seq else e for e in self.final.entries]
        self.final = replace(self.final, entries=tuple(entries))

    def drop_row(self, answer_id: str) -> None:
        self.final = replace(self.final, rows=tuple(row for row in self.final.rows if row.answer_id != answer_id))

    def add_row(self, **fields: Any) -> None:
        self.final = replace(self.final, rows=(*self.final.rows, replace(self.final.rows[0], **fields)))

    def payload(self, value: Any) -> str:
        self.payloads[digest(value)] = value
        return digest(value)

    def snapshot(self, client: str, at_ms: float, seq: int, asked_ms: float | None = None, **spoilt: Any) -> Line:
        """What the server shows this client at `seq`, with some fields spoilt."""
        state = self._state(client, seq) | spoilt
        me = state.get("me") or {}
        return self.add(
            client,
            at_ms,
            "snapshot",
            seq=seq,
            question=(state.get("question") or {}).get("id"),
            hash=self.payload(state),
            points=me.get("score"),
            more={
                "asked_ns": round((at_ms - 1 if asked_ms is None else asked_ms) * 1e6),
                "about": GAME,
                "via": "state",
                "phase": state["phase"],
                "shown": (me.get("answer") or {}).get("answer_id"),
                "me": me.get("player_id"),
            },
        )

    def _with_top(self, entry: Entry) -> Entry:
        """The entry as a server would write it: with the top of the board."""
        if "board" not in entry.data:
            return entry
        top = [{"player_id": p, "score": score, "rank": rank} for p, score, rank in self.ranked(entry.seq)]
        return replace(entry, data={**entry.data, "rows": 2, "board": {"joined": 2, "top": top}})

    def _state(self, client: str, seq: int) -> dict[str, Any]:
        phases = {1: "lobby", 2: "lobby", 3: "question", 4: "result", 5: "question", 6: "result", 7: "ended"}
        question = {3: "q1", 4: "q1", 5: "q2", 6: "q2"}.get(seq)
        state: dict[str, Any] = {"seq": seq, "phase": phases[seq], "paused": False, "locked": False}
        if question:
            state["question"] = {"id": question, "text": f"text of {question}"}
        if client in PLAYERS:
            published = max((s for s in (4, 6, 7) if s <= seq), default=None)
            me: dict[str, Any] = {"player_id": PLAYERS[client], "score": 0, "streak": 0}
            if published:
                place = next(p for p in board_at(self.final, published) if p.player == PLAYERS[client])
                me |= {"score": place.score, "rank": place.rank, "streak": place.streak}
            if question and phases[seq] == "result":
                me["answer"] = {"answer_id": f"{client}-{question}"}
            state["me"] = me
        return state

    def _tell(self) -> None:
        self.add("director", 0, "run", more={"epoch_ms": 0.0}, role="director", game="")
        self.add("host", 1, "game", more={"tag": TAG})
        for who, at in zip(PLAYERS, (100, 200), strict=True):
            self.add(who, at - 10, "resume", op_id=f"resume-{who}", phase="invoke")
            self.add(who, at - 9, "resume", op_id=f"resume-{who}", phase="ok")
            self.add(who, at, "join", op_id=f"join-{who}", phase="invoke", more={"player": None})
            self.snapshot(who, at + 4, 1)
            self.add(who, at + 5, "join", op_id=f"join-{who}", phase="ok")
            self.add(who, at + 5, "joined", more={"join": f"join-{who}", "nickname": who})
        self.snapshot("host", 50, 1)
        for op, at, seen, command in (
            ("op1", 1000, 1, "start_game"),
            ("op2", 6000, 4, "next_question"),
            ("op3", 10_000, 6, "next_question"),
        ):
            self.add("host", at - 2, "host", op_id=op, phase="invoke", more={"seen": seen, "command": command})
            self.add("host", at + 8, "host", op_id=op, phase="ok", more={"seen": seen, "command": command})
        for entry in self.final.entries[1:]:
            for client in ("host", *PLAYERS):
                self._event(client, entry)
        for (who, question), (choice, ms) in ANSWERS.items():
            at = OPENED[question] + ms
            answer = {"op_id": f"{who}-{question}", "question": question, "choice": choice}
            seq = 3 if question == "q1" else 5
            receipt = {"answer_id": answer["op_id"], "status": "accepted", "received_ms": ms, "seq": seq}
            self.add(who, at - 1, "answer", phase="invoke", **answer)
            self.add(
                who,
                at + 3,
                "answer",
                phase="ok",
                status="accepted",
                more={"receipt": receipt, "left_ms": 5000},
                **answer,
            )

    def _event(self, client: str, entry: Entry) -> None:
        at, question = entry.at + 5, entry.data.get("question_id")
        common = {"seq": entry.seq, "question": question}
        if entry.event == "question_closed" and client in PLAYERS:
            player = PLAYERS[client]
            result, streak = results_at(self.final, entry.seq, list(PLAYERS.values()))[question][player]
            place = next(p for p in board_at(self.final, entry.seq) if p.player == player)
            more = {"event": "your_result", "about": GAME, "status": result.status, "streak": streak}
            more |= {"score": place.score, "rank": place.rank}
            self.add(client, at, "event", points=result.points, hash=self.payload([client, more]), more=more, **common)
        body: dict[str, Any] = {"event": entry.event}
        if entry.event == "question_opened":
            body["question"] = {"id": question, "text": f"text of {question}"}
        self.add(client, at + 1, "event", hash=self.payload(body), more={"event": entry.event, "about": GAME}, **common)
        if "board" in entry.data:
            board = [[p.player, p.nickname, p.score, p.rank] for p in board_at(self.final, entry.seq)]
            more = {"source": entry.event, "list": "leaderboard"}
            self.add(client, at + 2, "board", seq=entry.seq, hash=self.payload(board), more=more)
