"""Every kind of job there is, one file each. Adding one is its file and its row here."""

from collections.abc import Mapping, Sequence

from edkit.service import Runtime
from job_handler.jobs.generate_quiz import generate_quiz
from job_handler.jobs.regenerate_question import regenerate_question
from job_handler.kinds import Kind

KINDS: tuple[Kind, ...] = (generate_quiz, regenerate_question)
STATE = "kinds"


def kinds_of(runtime: Runtime) -> Sequence[Kind]:
    """The kinds that this process knows: all of them, unless it was given others."""
    given: Sequence[Kind] = runtime.state.setdefault(STATE, KINDS)
    return given


def known(runtime: Runtime) -> Mapping[str, Kind]:
    """The same by name."""
    return {kind.name: kind for kind in kinds_of(runtime)}
