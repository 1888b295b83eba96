"""What calls cost: an upper bound before, the truth after, metrics and one line of log for each.

Neither metrics nor logs hold a text, an answer or a key.
"""

from collections.abc import Iterable
from typing import NamedTuple

from edkit import log, metrics
from edkit.errors import AppError
from edkit.llm import Ledger, Usage
from edkit.llm.endpoints import Model

logger = log.get("edkit.llm")

_CALLS = metrics.counter("llm_calls", "Calls of language models", ("endpoint", "model", "task", "outcome"))
_TOKENS = metrics.counter("llm_tokens", "Tokens of language models", ("endpoint", "model", "task", "direction"))
_COST = metrics.counter("llm_cost_micros", "Cost of language models, in millionths", ("endpoint", "model", "task"))
_SECONDS = metrics.histogram(
    "llm_call_seconds",
    "Time until a language model has answered, or failed",
    ("endpoint", "model", "task"),
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320),
)

FRAME_TOKENS = 16
"""What the frame around a text takes."""


def most_tokens(texts: Iterable[str]) -> int:
    """As many as these texts can become: no tokenizer makes more tokens than there are bytes."""
    return sum(len(text.encode("utf-8", "replace")) + FRAME_TOKENS for text in texts)


class Call(NamedTuple):
    """Which model was asked for what."""

    task: str
    endpoint: str
    model: Model


def usage_of(model: Model, tokens_in: int, tokens_out: int) -> Usage:
    """One call of this model with so many tokens."""
    return Usage(tokens_in, tokens_out, 1, model.cost_micros(tokens_in, tokens_out))


async def account(ledger: Ledger, reservation: str, call: Call, outcome: str, usage: Usage, seconds: float) -> None:
    """Book a call that has ended. A ledger that does not answer keeps what was reserved, and loses nobody's answer."""
    labels = (call.endpoint, call.model.model, call.task)
    _CALLS.labels(*labels, outcome).inc()
    _TOKENS.labels(*labels, "in").inc(usage.tokens_in)
    _TOKENS.labels(*labels, "out").inc(usage.tokens_out)
    _COST.labels(*labels).inc(usage.cost_micros)
    _SECONDS.labels(*labels).observe(seconds)
    logger.info(
        "model_called",
        endpoint=call.endpoint,
        model=call.model.model,
        task=call.task,
        outcome=outcome,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        ms=round(seconds * 1000),
    )
    try:
        await ledger.settle(reservation, usage)
    except AppError as fault:
        logger.warning("model_call_not_settled", task=call.task, error=fault.code)


def total(usages: Iterable[Usage]) -> Usage:
    """The sum of what several calls have cost."""
    columns = list(zip(*usages, strict=True))
    return Usage(*(sum(column) for column in columns))
