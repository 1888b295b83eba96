"""Which language models the jobs of this process may ask: what the start has put here, else none."""

from typing import cast

from edkit.llm import Llm
from edkit.llm.offline import OfflineLlm
from edkit.service import Runtime

STATE = "llm"


def llm_of(runtime: Runtime) -> Llm:
    """The source of answers; the engine `offline` unless another was put into `runtime.state[STATE]`."""
    return cast(Llm, runtime.state.setdefault(STATE, OfflineLlm()))
