"""What an endpoint can do, found out by asking it: for `edtech doctor --llm` and for an administrator's page.

It takes endpoints of the settings alone. Whoever may name any address could have this installation knock at every door
of the network it stands in, so no address of a request may come here.
"""

from contextlib import aclosing

from edkit.clock import Clock
from edkit.llm.endpoints import EmbeddingModel, Endpoint, limits_of
from edkit.llm.loose_json import candidates
from edkit.llm.openai import Line
from edkit.llm.protocol import Fault, Messages, Reply
from edkit.message import Frozen

MOST_CALLS = 4
"""Of one model, until it has been found out which forms it knows."""
QUESTION: Messages = (
    {"role": "system", "content": 'You are being tested. Answer with the JSON object {"word": "ready"}.'},
    {"role": "user", "content": "Are you ready?"},
)
FORMS = {
    "schema": "gives JSON by a schema",
    "object": "gives JSON, though not by a schema",
    "prose": "gives JSON when told so in words alone",
}


class Word(Frozen):
    """What a model is asked for when it is tested."""

    word: str


class Findings(Frozen):
    """What was found, in sentences with what to do. `milliseconds` is the time of the first answer that was used."""

    ok: bool
    says: tuple[str, ...]
    milliseconds: int | None = None


class _Notes:
    """What was found so far."""

    def __init__(self) -> None:
        self.ok, self.says, self.milliseconds = True, list[str](), list[int]()

    def fault(self, says: str) -> None:
        self.ok = False
        self.says.append(says)


async def probe_endpoint(endpoint: Endpoint, clock: Clock) -> Findings:
    """Ask it for its models, for an answer of each in JSON and piece by piece, and for a vector. Raises nothing.

    This costs some tokens, which no budget counts: only operators and administrators can ask for it.
    """
    line, notes = Line(endpoint), _Notes()
    try:
        if await _knows_its_models(line, notes):
            for model in dict.fromkeys(model.model for model in (endpoint.large, endpoint.small) if model):
                await _answers(line, model, clock, notes)
            if endpoint.embedding is not None:
                await _embeds(line, endpoint.embedding, notes)
    finally:
        await line.close()
    return Findings(ok=notes.ok, says=tuple(notes.says), milliseconds=min(notes.milliseconds, default=None))


async def _knows_its_models(line: Line, notes: _Notes) -> bool:
    """Whether it is worth asking on: it was reached, and took the key."""
    seconds = limits_of("probe", {}).seconds
    try:
        listed = await line.models(seconds)
    except Fault as fault:
        if fault.outcome in ("unreachable", "late", "refused"):
            notes.fault(fault.says)
            return False
        notes.says.append("It does not list its models.")
        return True
    endpoint = line.endpoint
    named = [model.model for model in (endpoint.large, endpoint.small, endpoint.embedding) if model]
    if unlisted := [name for name in dict.fromkeys(named) if name not in listed]:
        notes.says.append(f"It is reached and takes the key, but does not list {' and '.join(unlisted)}.")
    else:
        notes.says.append("It is reached, takes the key and knows the models.")
    return True


async def _answers(line: Line, model: str, clock: Clock, notes: _Notes) -> None:
    begun = clock.monotonic()
    try:
        reply = await _reply(line, model)
    except Fault as fault:
        return notes.fault(f"{model}: {fault.says}")
    milliseconds = round((clock.monotonic() - begun) * 1000)
    notes.milliseconds.append(milliseconds)
    if not any(isinstance(found.value, dict) and "word" in found.value for found in candidates(reply.text)):
        return notes.fault(f"{model} answers, but not in JSON, so no task can use it; choose another model.")
    streams = await _streams(line, model)
    form = FORMS[line.dialect(model).form]
    pieces = "piece by piece, too" if streams else "but not piece by piece"
    notes.says.append(f"{model} answers in {milliseconds:,} ms, {form}, {pieces}.")


async def _reply(line: Line, model: str) -> Reply:
    """The answer, in whatever form the model knows. Raises Fault."""
    limits = limits_of("probe", {})
    for _ in range(MOST_CALLS - 1):
        try:
            return await line.chat(model, QUESTION, Word, limits, limits.seconds, task="probe")
        except Fault as fault:
            if fault.outcome != "dialect":
                raise
    return await line.chat(model, QUESTION, Word, limits, limits.seconds, task="probe")


async def _streams(line: Line, model: str) -> bool:
    limits = limits_of("probe", {})
    for _ in range(MOST_CALLS):
        try:
            async with aclosing(line.stream(model, QUESTION, limits, limits.seconds, task="probe")) as pieces:
                return any([isinstance(piece, str) async for piece in pieces])
        except Fault as fault:
            if fault.outcome != "dialect":
                return False
    return False


async def _embeds(line: Line, model: EmbeddingModel, notes: _Notes) -> None:
    try:
        await line.embed(model, ["ready"], limits_of("probe", {}).seconds)
    except Fault as fault:
        notes.fault(f"{model.model}: {fault.says}")
    else:
        notes.says.append(f"{model.model} turns texts into vectors of {model.dimensions} numbers.")
