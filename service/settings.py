"""The one reader of the environment and of dateline.toml."""

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.archive import CATALOGUE, Archive
from index.database.connections import Address
from index.engines import index_at
from index.errors import DatelineError, NotFound
from index.models.embedding import DEFAULT_MODEL, Embedder, load_embedder
from index.protocols import LoadIndex
from service.storage.keys import FILE as KEYS
from service.storage.keys import Keys

FILE = "dateline.toml"
PREFIX = "DATELINE_"

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s*]+$")]


class Settings(BaseSettings):
    """Settings that Dateline is run with.

    Each is set by the environment as DATELINE_NAME, or in dateline.toml in the archive's folder or
    in the folder Dateline is started in; the first found in that order counts.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid")

    data: Path = Field(Path(".dateline"), description="the folder that holds the archive")
    catalogue: SecretStr | None = Field(
        None,
        description="a PostgreSQL database, `postgresql+psycopg://user:password@host/name`, that holds the "
        "articles, conversations and keys; SQLite files in the folder if unset",
    )
    index: str | None = Field(
        None,
        description="a Milvus server, `milvus+http://host:port/name`, that holds the index; "
        "FAISS and tantivy in the folder if unset",
    )
    index_token: SecretStr | None = Field(
        None, description="what the Milvus server asks for: `user:password`, or an API key"
    )
    embedder: str = Field(DEFAULT_MODEL, description="a sentence-transformers model, by name or path")
    models: Path | None = Field(
        None, description="where exported models are kept; beside the archive if unset"
    )
    threads: int = Field(0, ge=0, description="threads that embed; 0 means one for each core")
    answerer: str = Field(
        "quotes",
        pattern=r"^(quotes|[\w.-]+/\S+)$",
        description="who writes the answer: `quotes`, or a language model as `provider/model`",
    )
    fallback_models: tuple[str, ...] = Field((), description="models to ask, in order, when the first fails")
    fallback: Literal["quotes", "none"] = Field(
        "quotes", description="who answers when no model does: `quotes` or `none`"
    )
    verify: Literal["drop", "mark"] = Field(
        "drop", description="what happens to a sentence that is not proved: `drop` or `mark`"
    )
    support_model: str | None = Field(
        None, description="a cross-encoder that judges support in place of the reading model, by name or path"
    )
    support_judge: str | None = Field(
        None,
        pattern=r"^[\w.-]+/\S+$",
        description="a language model, as `provider/model`, that judges support in place of either",
    )
    api_base: str | None = Field(
        None, description="the address of the answerer's provider, if it is not the usual one"
    )
    answer_tokens: int = Field(2000, ge=1, description="tokens that a model may write for an answer")
    context_tokens: int = Field(
        0, ge=0, description="tokens that the model reads at once; 0 means what is known of it"
    )
    answer_timeout: float = Field(90, gt=0, description="seconds until a model's answer must be complete")
    first_token_timeout: float = Field(30, gt=0, description="seconds until a model must begin to answer")
    stall_timeout: float = Field(15, gt=0, description="seconds that a model may pause while it answers")
    retries: int = Field(2, ge=0, description="how often a model that fails is asked again")
    daily_budget: float | None = Field(None, ge=0, description="US dollars that models may cost in a day")
    daily_tokens: int | None = Field(None, ge=0, description="tokens that models may take in a day")
    prompts: Path | None = Field(None, description="a folder of your own prompts; a file replaces ours")
    host: str = Field("127.0.0.1", description="the address the server listens on")
    port: int = Field(8000, ge=0, le=65535, description="the port the server listens on; 0 takes a free one")
    hosts: tuple[str, ...] = Field(
        (), description="host names that a server with keys answers for beside localhost; any if unset"
    )
    proxies: tuple[str, ...] = Field(
        (), description="addresses or networks of proxies whose `X-Forwarded-For` and `-Proto` are believed"
    )
    cors_origins: tuple[Origin, ...] = Field(
        (), description="other sites whose pages may call the API, each as `https://host`"
    )
    requests_per_minute: int = Field(0, ge=0, description="requests a key may make in a minute; 0 means any")
    requests_per_day: int = Field(0, ge=0, description="requests a key may make in a day of UTC; 0 means any")
    workers: int = Field(1, ge=1, le=256, description="processes that serve together")
    concurrency: int = Field(
        0,
        ge=0,
        description="questions answered at a time in a process; 0 means one for each core, and eight where a "
        "language model answers",
    )
    queue: int = Field(200, ge=0, description="questions that may wait in a process; more are refused")
    drain: float = Field(
        20, ge=0, description="seconds that answers have left when the server is told to stop"
    )
    log_format: Literal["text", "json"] = Field("text", description="how the server logs: `text` or `json`")
    log_questions: bool = Field(False, description="whether questions may stand in logs and traces")
    otlp_endpoint: str | None = Field(
        None, pattern=r"^https?://\S+$", description="the OpenTelemetry collector that traces are sent to"
    )
    suggested_questions: tuple[str, ...] = Field((), description="questions that the page offers a newcomer")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="where readers reach the page, as `https://host`; answers in Slack link to it",
    )
    slack_bot_token: SecretStr | None = Field(None, description="the Slack app's bot token, `xoxb-…`")
    slack_app_token: SecretStr | None = Field(
        None, description="the Slack app's own token, `xapp-…`, with which `dateline slack` listens"
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="what Slack signs events with; `dateline serve` then takes them at `/slack/events`"
    )
    slack_owner: str | None = Field(
        None, description="the id of the key whose holders may open what was asked in Slack"
    )
    slack_api_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="the address of Slack's Web API, if not the usual one"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Puts the two files after the environment."""
        given = init_settings()
        data = Path(given.get("data") or os.environ.get("DATELINE_DATA") or ".dateline")
        files = (TomlConfigSettingsSource(settings_cls, path) for path in (data / FILE, Path(FILE)))
        return (init_settings, env_settings, *files)

    def load_embedder(self) -> Embedder:
        """The embedder these settings name."""
        return load_embedder(self.embedder, self.models or self.data / "models", self.threads)

    @property
    def load_index(self) -> LoadIndex:
        """Chooses what opens the index these settings name."""
        return index_at(self.index, self.index_token.get_secret_value() if self.index_token else None)

    def open_archive(self) -> Archive:
        """The archive these settings name. Raises NotFound where there is none."""
        return Archive.open(
            self.data, self.load_embedder, catalogue=self.store(CATALOGUE), load_index=self.load_index
        )

    def open_keys(self, required: bool = False) -> Keys:
        """The keys to the archive these settings name; `required` asks for one where there is none.

        Raises NotFound where there is no archive.
        """
        if not (self.catalogue or self.data.is_dir()):
            raise NotFound(f"there is no archive in {self.data}; make one with: dateline add PATH…")
        return Keys(self.store(KEYS), required)

    def create_archive(self) -> Archive:
        """The archive these settings name, made if there is none."""
        return Archive.create(
            self.data, self.load_embedder, catalogue=self.store(CATALOGUE), load_index=self.load_index
        )

    def store(self, file: str) -> Address:
        """Address of what such a file would hold: in the folder, or in the catalogue's database."""
        return self.catalogue.get_secret_value() if self.catalogue else self.data / file


def load_settings(**given: Any) -> Settings:
    """The settings, with what is given before all else.

    Raises DatelineError naming each bad setting and its value.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, e['loc']))} = {e.get('input')!r}: {e['msg']}" for e in error.errors())
        raise DatelineError("a setting is wrong: " + "; ".join(lines)) from error
    except ValueError as error:  # a dateline.toml that is not TOML
        raise DatelineError(f"{FILE} cannot be read: {error}") from error


def misspelt(environment: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Names of the environment that look like settings and are none, each with the name that is nearest."""
    known = [f"{PREFIX}{name}".upper() for name in Settings.model_fields]
    for name in environment:
        if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_") and name not in known:
            yield name, next(iter(get_close_matches(name, known, 1, 0.8)), None)
