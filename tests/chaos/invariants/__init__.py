"""The invariants of a live game: each a pure function over a history, returning its counter-examples."""

from collections.abc import Callable, Iterable

from tests.chaos.history import History, Violation
from tests.chaos.invariants import answers, isolation, order, scores

INVARIANTS: dict[str, Callable[[History], Iterable[Violation]]] = {
    "A1": answers.a1_durable_ack,
    "A2": answers.a2_at_most_once,
    "A3": answers.a3_unknown_closes,
    "A4": answers.a4_refusal_is_final,
    "A5": answers.a5_stable_receipt,
    "A6": answers.a6_first_wins,
    "A7": answers.a7_deadline,
    "A8": scores.a8_server_time,
    "A9": scores.a9_one_score,
    "A10": order.a10_order_and_agreement,
    "A11": order.a11_convergence,
    "A12": order.a12_liveness,
    "A13": order.a13_phases,
    "A14": isolation.a14_no_early_leak,
    "A15": order.a15_host_continuity,
    "A16": answers.a16_identity,
    "A17": isolation.a17_membership,
    "A18": isolation.a18_roster,
    "A19": isolation.a19_isolation,
    "A20": scores.a20_end_is_final,
}
