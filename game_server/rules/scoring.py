"""Scores, in whole points and whole milliseconds; no floating point anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from edkit.contracts.games import GameSettings, ResultStatus, ScoreParts
from edkit.contracts.questions import SCORED
from game_server.rules.answers import ONE, share
from game_server.rules.entries import FrozenQuestion, Key
from game_server.rules.rows import AnswerRow

FULL_SPEED_MS = 500
"""An answer faster than this gets all points."""

STREAK_STEP, STREAK_MOST = 100, 500

PROBES_KEPT = 8


def round_half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number, a half rounded up. Both at least 0, the denominator above it."""
    return (2 * numerator + denominator) // (2 * denominator)


def points(settings: GameSettings, part: Fraction, most: int, t_ms: int, limit_ms: int) -> tuple[int, int]:
    """`base` and `speed` for a share `part` of `most` points, answered after `t_ms` of `limit_ms`.

    `limit_ms` is the original limit, also after an extension; `t_ms` is clamped to it.
    """
    if settings.scoring == "survey":
        return 0, 0
    numerator, denominator = part.numerator * most, part.denominator
    if settings.scoring == "accuracy":
        return round_half_up(numerator, denominator), 0
    t_ms = min(max(t_ms, 0), limit_ms)
    base = round_half_up(numerator, 2 * denominator)
    if t_ms < FULL_SPEED_MS:
        return base, round_half_up(numerator, denominator) - base
    return base, round_half_up(numerator * (2 * limit_ms - t_ms), denominator * 2 * limit_ms) - base


def streak_bonus(streak: int) -> int:
    """Points for the `streak`-th correct answer in a row: 0, 100, 200, 300, 400, then 500 each."""
    return min(STREAK_STEP * (streak - 1), STREAK_MOST) if streak > 0 else 0


def latency_credit(round_trips_ms: Sequence[int], most_ms: int) -> int:
    """Half the least of the last eight round trips, at most `most_ms`; 0 while none was measured."""
    latest = round_trips_ms[-PROBES_KEPT:]
    return min(max(0, min(latest)) // 2, most_ms) if latest else 0


def counts_for_score(question: FrozenQuestion, key: Key, settings: GameSettings) -> bool:
    """Whether the question can move scores, answer times and streaks."""
    return question.type in SCORED and question.points > 0 and not key.void and settings.scoring != "survey"


@dataclass(frozen=True, slots=True)
class Result:
    """One player's result of one question. `t_ms`: the answer time that counts; the limit when nothing was answered."""

    status: ResultStatus
    part: Fraction = Fraction(0)
    base: int = 0
    speed: int = 0
    bonus: int = 0
    credit_ms: int = 0
    t_ms: int = 0

    @property
    def points(self) -> int:
        return self.base + self.speed + self.bonus

    @property
    def parts(self) -> ScoreParts:
        return ScoreParts(base=self.base, speed=self.speed, streak=self.bonus, latency_credit_ms=self.credit_ms)


def score(
    question: FrozenQuestion, key: Key, settings: GameSettings, row: AnswerRow | None, streak: int
) -> tuple[Result, int]:
    """The result of one question for a player whose streak was `streak`, and the streak after it."""
    scored = counts_for_score(question, key, settings)
    if row is None:
        status: ResultStatus = "survey" if question.type == "slide" else "none"
        return Result(status, t_ms=question.time_limit_ms if scored else 0), 0 if scored else streak
    if question.type not in SCORED or key.void or settings.scoring == "survey":
        return Result("survey", credit_ms=row.credit_ms), streak
    part = share(question, key, row.choice)
    t_ms = min(max(row.received_ms - row.credit_ms, 0), question.time_limit_ms)
    base, speed = points(settings, part, question.points, t_ms, question.time_limit_ms)
    status = "correct" if part == ONE else "partial" if part else "wrong"
    if not scored:
        return Result(status, part, credit_ms=row.credit_ms), streak
    if status == "correct":
        streak += 1
    elif status == "wrong":
        streak = 0
    bonus = streak_bonus(streak) if status == "correct" and settings.streak_bonus else 0
    return Result(status, part, base, speed, bonus, row.credit_ms, t_ms), streak
