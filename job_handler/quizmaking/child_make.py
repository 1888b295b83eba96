"""In the child: an order becomes a batch. Embedding the terms is what takes the time."""

from collections.abc import Callable

from job_handler.quizmaking.shape import Order

MODULE = "job_handler.quizmaking.child_make"
MEMORY_MB, SECONDS = 1024, 120.0


def work(data: bytes, progress: Callable[[float], None]) -> bytes:
    """See job_handler.child."""
    from edkit.llm.minilm import MiniLM  # what makes questions is for the child alone
    from job_handler.quizmaking.making import make

    return make(Order.model_validate_json(data), MiniLM().embed, progress).model_dump_json().encode()
