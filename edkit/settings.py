"""One frozen Settings. Its defaults are the embedded mode: one process, one folder, no server, no key, no network."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator

from edkit.llm.endpoints import Endpoint, TaskLimits, from_json
from edkit.message import Frozen

PREFIX = "EDTECH_"

LONGEST_LEAVING_S = 12
"""Ending what is under way takes up to 18 s more at the very worst, and orchestrators commonly kill after 30."""


class BadSettings(Exception):
    """The configuration cannot be used. The message lists everything that is wrong, one line each."""


class Settings(Frozen):
    """Everything that can be configured. `EDTECH_PORT` sets `port`, and so on for every field."""

    mode: Literal["development", "production"] = Field("development", description="production refuses unsafe defaults")
    data: Path = Field(Path("var"), description="folder that holds everything the embedded mode stores")
    host: str = Field(
        "0.0.0.0",  # noqa: S104 - a phone could not reach the loopback address
        description="address to listen on; phones in the room must reach it",
    )
    port: int = Field(8000, ge=0, le=65535, description="the one port of the embedded mode; 0 picks a free one")
    public_url: str = Field("", description="address people type, such as https://quiz.school.example; empty: as asked")
    database_url: str = Field(
        "", description="SQLAlchemy URL with {service} in it; empty: one SQLite file per service in the data folder"
    )
    database_reader_url: str = Field(
        "", description="SQLAlchemy URL of a replica, with {service} in it; empty: everything is read from the primary"
    )
    bus_url: str = Field(
        "memory:",
        description="message bus; memory: keeps tasks and events in bus.db of the data folder, or"
        " amqp://{service}:password@host:5672/vhost",
    )
    hub_url: str = Field("memory:", description="hub between game servers: memory: or redis://host:6379/0")
    cache_url: str = Field("memory:", description="read-through cache: memory: or redis://host:6379/0")
    limits_url: str = Field(
        "memory:", description="where rate limits are counted: memory: for each process, redis://host:6379/0 for all"
    )
    blobs_url: str = Field(
        "",
        description="file storage: folder:PATH or azure:https://account.blob.core.windows.net/container; "
        "empty: the folder blobs in the data folder",
    )
    blobs_key: SecretStr = Field(
        SecretStr(""),
        description="Azure account key, SAS token or connection string; empty: the identity the process runs as",
    )
    keys_dir: Path | None = Field(
        None, description="folder with access.pem and capability.key, made if missing; empty: keys in the data folder"
    )
    web_dir: Path = Field(Path("web/dist"), description="the built web app")
    demo: bool = Field(
        True, description="seed a demo school at the first start and show how to get in; never in production"
    )
    registration: Literal["open", "invite", "closed"] = Field("open", description="who may make an account")
    invite_code: str = Field("", description="what registration=invite asks for")
    allowed_origins: tuple[str, ...] = Field((), description="other web origins that may call, comma-separated")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="addresses whose X-Forwarded-For is believed, comma-separated"
    )
    access_minutes: int = Field(15, ge=1, le=120, description="life of an access token")
    refresh_days: int = Field(30, ge=1, le=365, description="life of a refresh token without use")
    body_limit: int = Field(2 * 2**20, ge=1024, description="largest JSON body, bytes")
    upload_limit: int = Field(50 * 2**20, ge=1024, description="largest uploaded file, bytes")
    retry_tiers_ms: tuple[int, ...] = Field((5_000, 30_000, 120_000, 600_000), description="waits before a retry")
    generations_per_day: int = Field(
        50, ge=0, description="quizzes that one person may have made on a day, and as many single questions"
    )
    jobs_at_once: int = Field(4, ge=1, le=64, description="jobs that one job handler works on at the same time")
    jobs_keep_days: int = Field(30, ge=1, description="how long finished jobs are kept")
    llm_endpoints: tuple[Endpoint, ...] = Field(
        (), description="language models in order of preference, as JSON (edkit/llm/README.md); empty: offline"
    )
    llm_tasks: dict[str, TaskLimits] = Field({}, description="what single tasks may take of a model, as JSON")
    llm_cooldown_s: float = Field(60, ge=0, description="how long an endpoint that failed is asked last")
    llm_tokens_per_user_and_day: int = Field(1_000_000, ge=0, description="tokens of one person on a day; 0: no limit")
    llm_tokens_per_day: int = Field(20_000_000, ge=0, description="tokens of the installation on a day; 0: no limit")
    llm_embed_batch: int = Field(5, ge=1, le=2048, description="texts that an embedding endpoint is sent at once")
    llm_embed_pause_ms: int = Field(300, ge=0, description="wait between two calls of an embedding endpoint")
    leave_s: float = Field(
        0, ge=0, le=10, description="how long a leaving process, unready already, goes on serving until that is noticed"
    )
    drain_s: float = Field(
        0, ge=0, le=12, description="over how long a leaving game server hands its players to others; 0: there are none"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least level that is logged")
    rate_limits: bool = Field(True, description="limit requests per person and address")
    clock_control: Path | None = Field(
        None, description="file with the milliseconds by which this process's clock is to be wrong; for tests alone"
    )

    @field_validator("allowed_origins", "trusted_proxies", "retry_tiers_ms", mode="before")
    @classmethod
    def _from_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("llm_endpoints", "llm_tasks", mode="before")
    @classmethod
    def _from_json(cls, value: object, info: ValidationInfo) -> object:
        empty: object = () if info.field_name == "llm_endpoints" else {}
        return empty if value == "" else from_json(value)

    @field_validator("llm_endpoints")
    @classmethod
    def _by_name(cls, endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
        if len({endpoint.name for endpoint in endpoints}) < len(endpoints):
            raise ValueError("two endpoints have the same name")
        return endpoints

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Settings from `EDTECH_*`. Raises BadSettings with every fault in one list, unknown names included.

        `EDTECH_BUS_URL_FILE` names a file that holds `bus_url`, and so on for every field: secrets come as files.
        """
        given = {name[len(PREFIX) :].lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
        for name in [name for name in given if name == "real_data" or name.startswith("test_")]:
            del given[name]  # what the tests ask for; no setting of the product
        for name in [name for name in given if name.endswith("_file")]:
            try:
                given[name.removesuffix("_file")] = Path(given.pop(name)).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise BadSettings(f"{PREFIX}{name.upper()}: {error.strerror}: {error.filename}") from None
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            faults = [f"{PREFIX}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
            raise BadSettings("\n".join(faults)) from None
        if faults := settings.refusals():
            raise BadSettings("\n".join(faults))
        return settings

    def refusals(self) -> list[str]:
        """Why these settings must not go into production; empty in development."""
        faults = []
        if self.registration == "invite" and not self.invite_code:
            faults.append("EDTECH_INVITE_CODE: registration by invitation needs a code to ask for")
        if self.leave_s + self.drain_s > LONGEST_LEAVING_S:
            says = f"together at most {LONGEST_LEAVING_S} s, or the process would be killed before it has left"
            faults.append(f"EDTECH_LEAVE_S, EDTECH_DRAIN_S: {says}")
        if self.mode == "production":
            if self.demo:
                faults.append("EDTECH_DEMO: the demo school has known passwords; set EDTECH_DEMO=false")
            if not self.public_url.startswith("https://"):
                faults.append("EDTECH_PUBLIC_URL: set the https address that people type")
            if self.registration == "open":
                faults.append("EDTECH_REGISTRATION: anybody could make a teacher account; set invite or closed")
            if self.blobs_url.startswith("azure:") and not self.blobs_url.startswith("azure:https://"):
                faults.append("EDTECH_BLOBS_URL: files must travel to Azure over https")
            faults.extend(
                f"EDTECH_LLM_ENDPOINTS: {endpoint.name} would get its key and texts unencrypted; use https"
                for endpoint in self.llm_endpoints
                if endpoint.in_the_clear
            )
            if self.clock_control is not None:
                faults.append("EDTECH_CLOCK_CONTROL: a clock that can be made wrong is for tests")
            if not self.rate_limits:
                faults.append("EDTECH_RATE_LIMITS: must stay on")
            faults.extend(
                f"EDTECH_ALLOWED_ORIGINS: {origin} is not an https origin"
                for origin in self.allowed_origins
                if urlsplit(origin).scheme != "https"
            )
        return faults

    @property
    def strict(self) -> bool:
        """Whether guessable passwords are refused: where people can be harmed, not while somebody tries it out."""
        return self.mode == "production"

    def database_url_of(self, service: str) -> str:
        """The SQLAlchemy URL of one service's own database."""
        return self.database_url.format(service=service) or f"sqlite+aiosqlite:///{self.data / service}.db"

    def database_reader_url_of(self, service: str) -> str:
        """The SQLAlchemy URL of the replica of one service's database; empty if there is none."""
        return self.database_reader_url.format(service=service)

    @property
    def keys(self) -> Path:
        """The folder of the keys that every process of an installation shares."""
        return self.keys_dir or self.data / "keys"

    @property
    def blobs(self) -> str:
        """The URL of the blob store."""
        return self.blobs_url or f"folder:{self.data / 'blobs'}"
