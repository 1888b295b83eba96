"""What both peers share: the question they broadcast, the receipt they send, and their command line."""

import argparse
import gc
from pathlib import Path

from tests.bench.store import AnswerStore

NAMESPACE = "/games"
QUESTION = {
    "game_id": "01jd4q7x0000000000000000gm",
    "seq": 17,
    "phase": "question",
    "question": {
        "id": "01jd4q7x0000000000000000q3",
        "index": 3,
        "total": 12,
        "type": "single_choice",
        "text": "Which planet of the solar system has the shortest day of all?",
        "options": [
            {"id": "a1", "text": "Mercury"},
            {"id": "b2", "text": "Earth"},
            {"id": "c3", "text": "Jupiter"},
            {"id": "d4", "text": "Neptune"},
        ],
        "time_limit_ms": 20000,
        "points": 1000,
    },
    "opens_in_ms": 3000,
    "closes_in_ms": 23000,
}


def receipt(question: int) -> dict[str, object]:
    return {"ok": True, "question_id": question, "status": "accepted", "seq": 17, "received_ms": 4321}


def arguments() -> tuple[int, AnswerStore | None]:
    """The port to listen on, and where answers go (nowhere: they are acknowledged from memory).

    With `--calm` the collector is set as the product sets it.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--calm", action="store_true")
    given = parser.parse_args()
    if given.calm:
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 50, 50)
    return given.port, AnswerStore(given.store) if given.store else None
