"""From the results of a game to the report a teacher reads. Pure."""

from collections.abc import Sequence

from edkit.contracts.game_messages import GameResults, ResultAnswer, ResultPlayer, ResultQuestion
from edkit.contracts.questions import SCORED
from edkit.contracts.reports import (
    GameReport,
    ReportAnswer,
    ReportOption,
    ReportPlayer,
    ReportQuestion,
    ReportSummary,
    ReportText,
)

UNDERSTOOD = 0.6  # share; under it a player is offered help
HARDEST = 3
TEXTS_MAX = 100


def build_report(pages: Sequence[GameResults]) -> GameReport:
    """The report of the game whose results are `pages`, all of one version, in their order."""
    results = pages[0]
    survey = results.settings.scoring == "survey"
    given = [player for page in pages for player in page.players]
    answers = {(player.player_id, answer.question_id): answer for player in given for answer in player.answers}
    questions = tuple(
        _question(question, [answers.get((player.player_id, question.question_id)) for player in given], survey)
        for question in results.questions
    )
    asked = {question.question_id: question for question in results.questions}
    counted = {question.question_id for question in questions if question.scored and not question.void}
    players = tuple(_player(player, asked, counted) for player in given)
    summary = _summary(results, questions, players, len(counted))
    scored = [question for question in questions if question.question_id in counted]
    hardest = sorted((q for q in scored if q.share is not None and q.share < 1), key=lambda q: (q.share or 0, q.index))
    weak = sorted((p for p in players if p.share is not None and p.share < UNDERSTOOD), key=lambda p: (p.share, p.rank))
    return GameReport(
        game_id=results.game_id,
        version=results.version,
        quiz_id=results.quiz_id,
        quiz_version=results.quiz_version,
        title=results.title,
        scoring=results.settings.scoring,
        started_at=results.started_at,
        ended_at=results.ended_at,
        sentence=_sentence(results.title, summary, hardest),
        summary=summary,
        hardest=tuple(question.question_id for question in hardest[:HARDEST]),
        needs_help=tuple(player.player_id for player in weak),
        questions=questions,
        players=players,
        teams=results.teams,
    )


def without_person(report: GameReport, user_id: str) -> GameReport:
    """The report without the name of this person; the scores stay."""
    nameless = {"nickname": "-", "identifier": None, "user_id": None}
    players = (p.model_copy(update=nameless) if p.user_id == user_id else p for p in report.players)
    return report.model_copy(update={"players": tuple(players)})


def _question(question: ResultQuestion, answers: Sequence[ResultAnswer | None], survey: bool) -> ReportQuestion:
    scored = question.type in SCORED and not survey
    void = bool(question.solution.void)
    times = [answer.received_ms for answer in answers if answer and answer.received_ms is not None]
    shares = [answer.share if answer else 0.0 for answer in answers]
    status = [answer.status if answer else "none" for answer in answers]
    right = set(question.solution.option_ids or ())
    counts = question.counts if isinstance(question.counts, dict) else {}
    texts = () if isinstance(question.counts, dict) else question.counts
    return ReportQuestion(
        question_id=question.question_id,
        index=question.index,
        type=question.type,
        text=question.text,
        topic=question.topic,
        explanation=question.explanation,
        points=question.points,
        time_limit_ms=question.time_limit_ms,
        scored=scored,
        void=void,
        options=tuple(
            ReportOption(id=option.id, text=option.text, correct=option.id in right, count=counts.get(option.id, 0))
            for option in question.options
        ),
        texts=tuple(ReportText(text=text.text, count=text.n) for text in texts[:TEXTS_MAX]),
        right_answer=_right_answer(question),
        answered=question.answered,
        of=question.of,
        correct=status.count("correct"),
        partial=status.count("partial"),
        wrong=status.count("wrong"),
        unanswered=len(answers) - len(times),
        share=_mean(shares) if scored and not void else None,
        mean_ms=_whole(_mean(times)),
    )


def _player(player: ResultPlayer, asked: dict[str, ResultQuestion], counted: set[str]) -> ReportPlayer:
    answers = [answer for answer in player.answers if answer.question_id in asked]
    times = [answer.received_ms for answer in answers if answer.received_ms is not None]
    shares = {answer.question_id: answer.share for answer in answers}
    return ReportPlayer(
        player_id=player.player_id,
        nickname=player.nickname,
        team=player.team,
        identifier=player.identifier,
        user_id=player.user_id,
        score=player.score,
        rank=player.rank,
        correct=sum(answer.status == "correct" for answer in answers),
        answered=len(times),
        share=_mean([shares.get(question_id, 0.0) for question_id in sorted(counted)]),
        mean_ms=_whole(_mean(times)),
        answers=tuple(
            ReportAnswer(
                question_id=answer.question_id,
                status=answer.status,
                points=answer.points,
                given=_given(answer, asked[answer.question_id]),
                received_ms=answer.received_ms,
            )
            for answer in answers
        ),
    )


def _summary(
    results: GameResults, questions: Sequence[ReportQuestion], players: Sequence[ReportPlayer], counted: int
) -> ReportSummary:
    possible = sum(question.of for question in questions if question.type != "slide")
    given = sum(player.answered for player in players)
    shares = [player.share for player in players if player.share is not None]
    duration = results.ended_at - results.started_at if results.started_at else None
    return ReportSummary(
        players=len(players),
        questions=len(questions),
        scored_questions=counted,
        answers=given,
        answer_rate=min(round(given / possible, 4), 1.0) if possible else None,
        share=_mean(shares),
        understood=sum(share >= UNDERSTOOD for share in shares),
        mean_score=_whole(_mean([player.score for player in players])) or 0,
        duration_s=round(duration.total_seconds()) if duration else None,
    )


def _sentence(title: str, summary: ReportSummary, hardest: Sequence[ReportQuestion]) -> str:
    """The first thing to know, such as "24 of 28 understood Photosynthesis; question 4 misled half the class."""
    if not summary.players:
        return f"Nobody played “{title}”."
    if summary.share is None:
        people = "1 person" if summary.players == 1 else f"{summary.players} people"
        return f"{people} took part in “{title}”; nothing was scored."
    begin = f"{summary.understood} of {summary.players} understood “{title}”"
    if not hardest:
        return f"{begin}; every answer was right."
    question = hardest[0]
    number = f"question {question.index + 1}"
    misled = max((option.count for option in question.options if not option.correct), default=0)
    if question.type != "order" and question.of and misled / question.of >= 0.3:
        return f"{begin}; {number} misled {_part(misled / question.of)}."
    right = question.correct
    return f"{begin}; {number} was the hardest: {right} of {question.of} had it right."


def _part(share: float) -> str:
    if share >= 0.9:
        return "nearly everybody"
    if share >= 0.6:
        return "most of the class"
    return "half the class" if share >= 0.42 else "a third of the class"


def _right_answer(question: ResultQuestion) -> str | None:
    texts = {option.id: option.text for option in question.options}
    solution = question.solution
    if solution.option_ids is not None:
        return ", ".join(texts.get(option_id, "") for option_id in solution.option_ids) or None
    if solution.order_ids is not None:
        return " → ".join(texts.get(option_id, "") for option_id in solution.order_ids)
    if solution.accepted is not None:
        return " / ".join(solution.accepted)
    if solution.number is not None:
        around = f" ± {_number(solution.tolerance)}" if solution.tolerance else ""
        return f"{_number(solution.number)}{around}"
    return None


def _given(answer: ResultAnswer, question: ResultQuestion) -> str | None:
    if answer.option_ids is not None:
        texts = {option.id: option.text for option in question.options}
        between = " → " if question.type == "order" else ", "
        return between.join(texts.get(option_id, "") for option_id in answer.option_ids)
    return answer.text if answer.number is None else _number(answer.number)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
