"""The way to one endpoint, by the openai library, which only this file knows.

Its own tries again are off, since whoever asks counts every call. What an endpoint says of a fault may repeat the key
or the text it was sent, so it decides what we do and is then thrown away.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx2
from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncAzureOpenAI,
    AsyncOpenAI,
    DefaultAsyncHttpxClient,
)
from pydantic import BaseModel

from edkit.llm.endpoints import EmbeddingModel, Endpoint, TaskLimits
from edkit.llm.protocol import (
    CHARACTERS_A_TOKEN,
    PLAINEST,
    Dialect,
    Fault,
    Messages,
    Outcome,
    Reply,
    at,
    body_of,
    counted,
    exhausted,
    headers_of,
    unfit,
    vectors_in,
)

MOST_BYTES = 8 * 2**20
"""Of one answer on the wire; whatever comes beyond is not read. A streamed token takes some 250 bytes."""
CONNECT_S = 10.0
LONGEST_WAIT_S = 3600.0
NO_KEY = "none"
"""The library wants a key, and would otherwise look for one in the environment."""


class _TooMuch(Exception):
    """An answer beyond `MOST_BYTES`, or packed so that its size cannot be known."""


class _Bounded(httpx2.AsyncByteStream):
    """The bytes of an answer, as far as anybody wants to read them."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream, self._read = stream, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self._read += len(piece)
            if self._read > MOST_BYTES:
                raise _TooMuch
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise _TooMuch
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


class Line:
    """The way to one endpoint. What it learns of the dialect of its models it keeps as long as it lives."""

    def __init__(self, endpoint: Endpoint) -> None:
        for chatty in ("openai", "httpx2", "httpcore2"):  # at DEBUG they would log what is sent
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self.endpoint = endpoint
        self.name = endpoint.name
        self._dialects: dict[str, Dialect] = {}
        self._client = _client_of(endpoint)

    def dialect(self, model: str) -> Dialect:
        """How this model is spoken to, as far as is known."""
        return self._dialects.get(model, Dialect())

    async def chat(
        self,
        model: str,
        messages: Messages,
        shape: type[BaseModel] | None,
        limits: TaskLimits,
        seconds: float,
        **told: str,
    ) -> Reply:
        """One call. Raises Fault; its outcome `dialect` means that the same may be asked again, in a plainer form."""
        dialect = self.dialect(model)
        create: Any = self._client.chat.completions.with_raw_response.create
        async with self._explained(model, dialect, seconds):
            raw = await create(
                **body_of(model, messages, shape, limits, dialect),
                timeout=_patience(seconds),
                extra_headers=headers_of(told),
            )
            data = json.loads(raw.content)
        if not isinstance(at(data, "choices", 0), dict):
            if exhausted(json.dumps(data)):
                raise self._fault("busy", "has nothing left to give")
            raise self._fault("garbled", "answered with something else than a completion", billed=True)
        text = at(data, "choices", 0, "message", "content")
        text = text if isinstance(text, str) else ""
        if len(text) > limits.tokens * CHARACTERS_A_TOKEN:
            raise self._fault("garbled", "wrote far more than it was allowed to", billed=True)
        return Reply(text, *counted(data), cut=at(data, "choices", 0, "finish_reason") == "length")

    async def stream(
        self, model: str, messages: Messages, limits: TaskLimits, seconds: float, **told: str
    ) -> AsyncGenerator[str | Reply, None]:
        """One call whose text comes in pieces, the whole as a `Reply` at the end. `seconds` is the wait for a piece."""
        dialect = self.dialect(model)
        create: Any = self._client.chat.completions.create
        async with self._explained(model, dialect, seconds):
            opened = await create(
                **body_of(model, messages, None, limits, dialect),
                **({"stream_options": {"include_usage": True}} if dialect.counts_streams else {}),
                stream=True,
                timeout=_patience(seconds),
                extra_headers=headers_of(told),
            )
        parts, length, tokens = [], 0, counted(None)
        async with opened as chunks:
            while True:
                async with self._explained(model, dialect, seconds):
                    chunk = await anext(chunks, None)
                    data = chunk.model_dump(warnings=False) if isinstance(chunk, BaseModel) else None
                if chunk is None:
                    break
                tokens = counted(data) if at(data, "usage") else tokens
                piece = at(data, "choices", 0, "delta", "content")
                if isinstance(piece, str) and piece:
                    length += len(piece)
                    if length > limits.tokens * CHARACTERS_A_TOKEN:
                        raise self._fault("garbled", "wrote far more than it was allowed to", billed=True)
                    parts.append(piece)
                    yield piece
        yield Reply("".join(parts), *tokens)

    async def embed(
        self, model: EmbeddingModel, texts: Sequence[str], seconds: float
    ) -> tuple[list[list[float]], int | None]:
        """One call: a vector of length 1 for each text, and the tokens if they were counted. Raises Fault."""
        async with self._explained(model.model, PLAINEST, seconds):
            raw: Any = await self._client.embeddings.with_raw_response.create(
                model=model.model,
                input=[text or " " for text in texts],  # an empty text is refused
                encoding_format="float",
                timeout=_patience(seconds),
            )
            data = json.loads(raw.content)
        vectors = vectors_in(data, len(texts))
        if vectors is None:
            if exhausted(json.dumps(data)):
                raise self._fault("busy", "has nothing left to give")
            raise self._fault("garbled", "answered with something else than a vector for each text", billed=True)
        if others := {len(vector) for vector in vectors} - {model.dimensions}:
            says = f"gives vectors of {others.pop()} numbers, but {model.dimensions} are configured; correct dimensions"
            raise self._fault("refused", says, billed=True)
        return vectors, counted(data)[0]

    async def models(self, seconds: float) -> list[str]:
        """The names of the models that the endpoint lists. Raises Fault."""
        async with self._explained("", PLAINEST, seconds):
            raw: Any = await self._client.models.with_raw_response.list(timeout=_patience(seconds))
            rows = at(json.loads(raw.content), "data")
        names = [at(row, "id") for row in rows] if isinstance(rows, list) else []
        return [name for name in names if isinstance(name, str)]

    async def close(self) -> None:
        await self._client.close()

    @asynccontextmanager
    async def _explained(self, model: str, dialect: Dialect, seconds: float) -> AsyncIterator[None]:
        """At most `seconds`, and whatever is raised becomes a Fault."""
        with self._translated(model, dialect):
            async with asyncio.timeout(seconds):
                yield

    @contextmanager
    def _translated(self, model: str, dialect: Dialect) -> Iterator[None]:
        try:
            yield
        except APIConnectionError as error:
            if isinstance(error.__cause__, (httpx2.ConnectError, httpx2.ConnectTimeout)):
                raise self._fault("unreachable", "cannot be reached; check url and that it runs") from None
            if isinstance(error, APITimeoutError):
                raise self._fault("late", "did not answer in time", billed=True) from None
            raise self._fault("unreachable", "hung up", billed=True) from None
        except TimeoutError:
            raise self._fault("late", "did not answer in time", billed=True) from None
        except APIStatusError as error:
            raise self._refusal(error, model, dialect) from None
        except APIError as error:  # in the middle of a stream
            busy = exhausted(f"{error.message} {error.body}")
            says = "has nothing left to give" if busy else "broke off with an error"
            raise self._fault("busy" if busy else "garbled", says, billed=True) from None
        except _TooMuch:
            raise self._fault("garbled", "sent far more than an answer", billed=True) from None
        except (ValueError, RecursionError, httpx2.HTTPError):
            raise self._fault("garbled", "answered with something that cannot be read", billed=True) from None

    def _refusal(self, error: APIStatusError, model: str, dialect: Dialect) -> Fault:
        status, said = error.status_code, f"{error.message} {error.body}"
        if status in (429, 503) or exhausted(said):
            return self._fault("busy", f"is busy or used up ({status})", retry_after_s=_retry_after(error))
        if status in (401, 403):
            return self._fault("refused", f"does not accept its key ({status}); check key")
        if status == 404:
            what = f"there is no model {model}" if model else "it lists no models"
            return self._fault("unknown_model", f"says that {what} ({status}); check url and the names of its models")
        if status in (408, 504):
            return self._fault("late", f"did not answer in time ({status})", billed=True)
        if status >= 500:
            return self._fault("busy", f"has a fault of its own ({status})")
        if status == 413 or unfit(said):
            return self._fault("unfit", f"does not take this text, which is too long or against its rules ({status})")
        if status in (400, 422) and dialect != PLAINEST:
            if self.dialect(model) == dialect:  # else another call has learned it meanwhile
                self._dialects[model] = dialect.without(said)
            return self._fault("dialect", f"does not know the form that was asked for ({status})")
        return self._fault("refused", f"refuses what is asked ({status}); check url, kind and the names of its models")

    def _fault(self, outcome: Outcome, says: str, *, billed: bool = False, retry_after_s: float | None = None) -> Fault:
        return Fault(outcome, f"The endpoint {self.name} {says}.", billed=billed, retry_after_s=retry_after_s)


def _client_of(endpoint: Endpoint) -> AsyncOpenAI:
    """No redirects, so that key and text go where the settings say; nothing packed, so that sizes are known."""
    http = DefaultAsyncHttpxClient(
        follow_redirects=False, event_hooks={"response": [_bound]}, headers={"accept-encoding": "identity"}
    )
    key = endpoint.key.get_secret_value() or NO_KEY
    if endpoint.kind == "azure":
        return AsyncAzureOpenAI(
            azure_endpoint=endpoint.url,
            api_key=key,
            api_version=endpoint.api_version,
            max_retries=0,
            http_client=http,
        )
    return AsyncOpenAI(base_url=endpoint.url, api_key=key, max_retries=0, http_client=http)


def _patience(seconds: float) -> httpx2.Timeout:
    return httpx2.Timeout(seconds, connect=min(CONNECT_S, seconds))


def _retry_after(error: APIStatusError) -> float | None:
    try:
        return min(LONGEST_WAIT_S, max(0.0, float(error.response.headers["retry-after"])))
    except (KeyError, ValueError):
        return None
