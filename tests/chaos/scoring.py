"""Scores worked out a second time, from nothing but the contract and the stored rows, in exact fractions."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from tests.chaos.history import FinalGame, Row

SCORED = frozenset({"single_choice", "multiple_choice", "true_false", "typed", "number", "order"})


@dataclass(frozen=True)
class Result:
    """One player's result of one question."""

    status: str
    points: int
    time_ms: int


@dataclass(frozen=True)
class Place:
    """One place of a board."""

    player: str
    nickname: str
    score: int
    rank: int
    streak: int


def folded(text: str) -> str:
    """A typed answer without case, accents and outer punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split()).strip(" .!?")


def share(question: Mapping[str, Any], key: Mapping[str, Any], choice: Mapping[str, Any]) -> Fraction:
    """How right a choice is, from 0 to 1."""
    kind, chosen = question["type"], choice.get("option_ids") or []
    if kind in ("single_choice", "true_false"):
        return Fraction(len(chosen) == 1 and chosen[0] in key["option_ids"])
    if kind == "multiple_choice":
        right = set(key["option_ids"])
        hits = len(right & set(chosen))
        return max(Fraction(0), Fraction(hits - len(set(chosen) - right), len(right)))
    if kind == "order":
        return Fraction(list(chosen) == list(key["order_ids"]))
    if kind == "typed":
        return Fraction(folded(choice.get("text") or "") in {folded(text) for text in key["accepted"]})
    distance = abs(Fraction(str(choice["number"])) - Fraction(str(key["number"])))
    tolerance = Fraction(str(key.get("tolerance") or 0))
    if key.get("proximity"):
        return max(Fraction(0), 1 - distance / tolerance) if tolerance else Fraction(distance == 0)
    return Fraction(distance <= tolerance)


def points(part: Fraction, most: int, time_ms: int, limit_ms: int, scoring: str) -> int:
    """Points for a share of a question, without the streak."""
    worth = Fraction(most)
    if scoring == "kahoot" and time_ms >= 500:
        worth = most * (1 - Fraction(time_ms, limit_ms) / 2)
    return floor(part * worth + Fraction(1, 2))


def judge(
    question: Mapping[str, Any], key: Mapping[str, Any], settings: Mapping[str, Any], row: Row | None, streak: int
) -> tuple[Result, int]:
    """The result of one question, and the streak after it."""
    counts = (
        question["type"] in SCORED
        and question["points"] > 0
        and not key.get("void")
        and settings["scoring"] != "survey"
    )
    if row is None:
        status = "survey" if question["type"] == "slide" else "none"
        return Result(status, 0, question["time_limit_ms"] if counts else 0), 0 if counts else streak
    if question["type"] not in SCORED or key.get("void") or settings["scoring"] == "survey":
        return Result("survey", 0, 0), streak
    part, limit = share(question, key, row.choice), question["time_limit_ms"]
    status = "correct" if part == 1 else "partial" if part > 0 else "wrong"
    if not counts:
        return Result(status, 0, 0), streak
    streak = streak + 1 if status == "correct" else streak if status == "partial" else 0
    time_ms = min(max(row.received_ms - row.credit_ms, 0), limit)
    gained = points(part, question["points"], time_ms, limit, settings["scoring"])
    if status == "correct" and settings["streak_bonus"]:
        gained += min(100 * (streak - 1), 500)
    return Result(status, gained, time_ms), streak


PUBLISHING = ("question_closed", "question_regraded", "game_ended")


def keys_at(game: FinalGame, seq: int) -> dict[str, Mapping[str, Any]]:
    """The solutions in force after entry `seq`."""
    keys = {question["id"]: question["key"] for question in game.quiz["questions"]}
    for entry in game.entries:
        if entry.event == "question_regraded" and entry.seq <= seq:
            keys[entry.data["question_id"]] = entry.data["key"]
    return keys


def board_at(game: FinalGame, seq: int) -> list[Place]:
    """The board that entry `seq` publishes: the fold of the rows of questions closed by then."""
    players = [
        player
        for player in sorted(game.players, key=lambda one: one.order)
        if player.joined_seq < seq and not (player.kicked_seq is not None and player.kicked_seq <= seq)
    ]
    totals = {player.player: [0, 0, 0] for player in players}
    for question, results in results_at(game, seq, [player.player for player in players]).items():
        del question
        for player, (result, streak) in results.items():
            total = totals[player]
            total[0] += result.points
            total[1] += result.time_ms
            total[2] = streak
    if not any(entry.event == "question_closed" and entry.seq <= seq for entry in game.entries):
        return []
    order = sorted(players, key=lambda one: (-totals[one.player][0], totals[one.player][1], one.order))
    return [
        Place(one.player, one.nickname, totals[one.player][0], rank, totals[one.player][2])
        for rank, one in enumerate(order, start=1)
    ]


def results_at(game: FinalGame, seq: int, players: Sequence[str]) -> dict[str, dict[str, tuple[Result, int]]]:
    """Question -> player -> result and streak after it, judged by the solutions in force after entry `seq`."""
    keys, streaks = keys_at(game, seq), dict.fromkeys(players, 0)
    found: dict[str, dict[str, tuple[Result, int]]] = {}
    rows = {(row.question, row.player): row for row in game.rows}
    for entry in game.entries:
        if entry.event != "question_closed" or entry.seq > seq:
            continue
        question = game.question(entry.data["question_id"])
        found[question["id"]] = {}
        for player in players:
            row = rows.get((question["id"], player))
            result, streaks[player] = judge(question, keys[question["id"]], game.settings, row, streaks[player])
            found[question["id"]][player] = (result, streaks[player])
    return found
