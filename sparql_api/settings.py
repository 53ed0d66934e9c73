"""The settings of the SPARQL service: read once from the environment (`OBSERVATOIRE_…`), then frozen."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import httpx
from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ingestion import Settings as StateSettings
from sparql_api.query.limits import Limits

MEGABYTE = 1 << 20
PAGES_KEPT: Final = 64 * MEGABYTE
"""Bytes of pages and data files of things that one process keeps."""
SLOT: Final = "{slot}"
SEALS: Final = "seals"


def split(value: object) -> object:
    """Return the parts of a list as the environment writes it, comma separated."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
"""Several texts in one variable."""
ISSUER: Final = r"^(https://[^\s?#@]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/[^\s?#@]*)?)?$"
PLACE: Final = r"^(https?://[^\s<>\"'`\\]+|mailto:[^\s<>\"'`\\?&,@]+@[^\s<>\"'`\\?&,@]+)?$"
Address = Annotated[str, Field(max_length=500, pattern=PLACE)]
"""Where somebody is reached: a page, or a mailbox; nothing that a page could not link to."""


def _named(prefix: str) -> SettingsConfigDict:
    """Return how the settings of a part are read, by the beginning of their names."""
    return SettingsConfigDict(
        env_prefix=prefix, env_ignore_empty=True, frozen=True, extra="ignore", use_attribute_docstrings=True
    )


class RemoteSettings(BaseSettings):
    """Addresses hold `{slot}` where the name of a slot goes: a slot is a dataset that holds one whole edition."""

    model_config = _named("OBSERVATOIRE_REMOTE_")

    query_url: str = ""
    """Where a slot answers queries (SPARQL 1.1 Protocol)."""
    store_url: str = ""
    """Where a slot's graphs are written (SPARQL 1.1 Graph Store Protocol, indirect naming)."""
    update_url: str = ""
    """Where a slot takes updates; given, graphs go many in one request, which a store on disk likes better."""
    seals_url: str = ""
    """Where the seals are (Graph Store Protocol), apart from all slots; by default `store_url` of the slot `seals`."""
    slots: Listed = ("a", "b")
    """The slots, comma separated: one more than the editions to be kept answering."""
    user: str = ""
    """Name sent with each request; empty sends none."""
    password: SecretStr = SecretStr("")
    """The password of that name; never written anywhere."""
    digest: bool = False
    """Send the password by digest, not by basic authentication."""
    timeout_parameter: str = ""
    """How the store is told the deadline, such as `timeout={seconds}`; `{milliseconds}` is known too."""
    connections: int = Field(default=16, ge=1)
    """Queries that one API process has under way at the store."""

    @model_validator(mode="after")
    def _complete(self) -> RemoteSettings:
        if not self.query_url:
            return self
        several = len(self.named_slots) > 1
        for name in ("query_url", "store_url", "update_url"):
            if several and getattr(self, name) and SLOT not in getattr(self, name):
                raise ValueError(f"OBSERVATOIRE_REMOTE_{name.upper()} must hold {SLOT}, as the query address does")
        if not self.named_slots or SEALS in self.named_slots:
            raise ValueError(f"OBSERVATOIRE_REMOTE_SLOTS must name slots, none of them {SEALS!r}")
        if not self.seals_url and SLOT not in self.store_url:
            raise ValueError("OBSERVATOIRE_REMOTE_SEALS_URL must be given where the store's address holds no {slot}")
        return self

    @property
    def named_slots(self) -> tuple[str, ...]:
        """The slots; one without a name where the query address is that of a single dataset."""
        return self.slots if SLOT in self.query_url else ("",)

    @property
    def seals(self) -> str:
        """The address of the seals."""
        return self.seals_url or self.store_url.replace(SLOT, SEALS)

    def auth(self) -> httpx.Auth | None:
        """Return who we are to the store, None for nobody in particular."""
        if not self.user:
            return None
        kind = httpx.DigestAuth if self.digest else httpx.BasicAuth
        return kind(self.user, self.password.get_secret_value())

    def deadline(self, seconds: int) -> dict[str, str]:
        """Return the parameter that tells the store a deadline, none where it has no such parameter."""
        name, _, value = self.timeout_parameter.partition("=")
        told = value.replace("{seconds}", str(seconds)).replace("{milliseconds}", str(seconds * 1000))
        return {name: told} if name else {}


class NoticeSettings(BaseSettings):
    """What a deployment says of itself on its notices; what is empty is said not to be filled in."""

    model_config = _named("OBSERVATOIRE_NOTICE_")

    publisher: str = Field("", max_length=300)
    """Who publishes the site: the name of an institution, and its postal address."""
    director: str = Field("", max_length=300)
    """Who is responsible for what is published, by the function that they hold."""
    host: str = Field("", max_length=300)
    """Who runs the machines: a name, a postal address, a telephone number."""
    contact: Address = ""
    """Where the publisher is reached (`https://…` or `mailto:…`), the address of a service and not of a person."""
    data_protection: Address = ""
    """Where the data protection officer is reached (`https://…` or `mailto:…`)."""
    report: Address = ""
    """Where an error in a page is reported (`https://…`, a form elsewhere; or `mailto:…`, the address of a service)."""
    audit: Address = ""
    """Where the report of an accessibility audit stands (`https://…`); empty while there was none."""


class OpenIdSettings(BaseSettings):
    """Who may sign in from a browser by a service of OpenID Connect; nobody by default. Needs `public_url`.

    What they may do is said by the account that is bound to them (`observatoire agent bind`), never by that service.
    """

    model_config = _named("OBSERVATOIRE_OIDC_")

    issuer: str = Field("", max_length=200, pattern=ISSUER)
    """The issuer, as its tokens name it (`https://…`); empty, nobody signs in so. It alone is asked."""
    client_id: str = ""
    """How that service calls this one."""
    secret_file: Path | None = None
    """The file with the secret of this client, readable by the service alone."""
    subject_claim: str = "sub"
    """The claim that says who somebody is, for ever."""
    groups_claim: str = "groups"
    """The claim that says which groups or services somebody is of."""
    groups: Listed = ()
    """Those of whom one may sign in, comma separated; empty: any whose identity is bound to an account."""

    @model_validator(mode="after")
    def _complete(self) -> OpenIdSettings:
        if not self.issuer:
            return self
        if not self.client_id or self.secret_file is None:
            raise ValueError("OBSERVATOIRE_OIDC_CLIENT_ID and OBSERVATOIRE_OIDC_SECRET_FILE must be given")
        if find_spec("authlib") is None:
            raise ValueError("signing in by OpenID Connect needs Authlib: pip install 'observatoire-ia[oidc]'")
        return self

    def secret(self) -> str:
        """Return the secret of this client, read from its file. Raises OSError."""
        return "" if self.secret_file is None else self.secret_file.read_text(encoding="utf-8").strip()


class Settings(StateSettings):
    """Each field is announced in the service description or in headers where it bounds a client."""

    public_url: str | None = Field(None, pattern=r"^https?://[^/?#@\s\\]+/?$")
    """Scheme and host that links name (`https://observatoire.example`); by default those of each request, and in
    what is cited or kept as a file the base of the IRIs."""

    query_timeout: float = Field(30.0, gt=0)
    """Deadline of a query, in seconds of wall time."""
    query_memory_mb: int = Field(2048, ge=256)
    """Address space of one worker, in MiB."""
    answer_max_mb: float = Field(256, gt=0)
    """Greatest answer, in MiB before compression."""
    quiet_seconds: float = Field(30.0, ge=0)
    """Seconds apart at which a service that nobody asks makes the charts of a new edition ahead; 0 makes none."""
    queue: int = Field(64, ge=0)
    """Queries that may wait for a worker; one more is answered 503."""
    workers: int = Field(default_factory=lambda: max(4, os.cpu_count() or 1), ge=1)
    """Query worker processes of one API process."""
    patience: float = Field(1.0, gt=0)
    """Seconds after which a query counts as long. Long ones leave a worker to the others; where they hold all
    and one that is not long has waited as much, the heaviest client loses one."""
    query_max_kb: int = Field(256, ge=1)
    """Greatest query text, in KiB."""
    service_allow: Listed = ()
    """Addresses SERVICE may reach, comma separated: origin, and a path prefix by whole segments."""
    service_timeout: float = Field(10, gt=0)
    """Deadline of one SERVICE call, in seconds."""
    service_private: bool = False
    """Let the names on that list lead to private addresses; for services on one's own network."""
    union_default_graph: bool = True
    """The default graph is the union of all graphs where nothing names a dataset."""

    connections: int = Field(1000, ge=1)
    """Connections that may be open at once; one more, and the one idle for longest is closed."""

    cache_mb: float = Field(128, ge=0)
    """Bytes of answers kept for the next who asks, in MiB; 0 keeps none."""
    shelf_mb: float = Field(256, ge=0)
    """Bytes on disk of answers asked more than once, which a service that starts anew gives again, in MiB; 0 keeps
    none."""
    front_mb: float = Field(32, ge=0)
    """Bytes of answers and pages kept as they were sent, given again before anything is read of a request, in MiB; 0
    keeps none."""
    spool_mb: float = Field(4096, gt=0)
    """Bytes of answers on disk that slow readers may hold together, in MiB; as many again of files of fiches."""
    client_seconds: float = Field(1800, ge=0)
    """Seconds of engine time a client may use in each `client_window`; 0 sets no bound."""
    client_window: float = Field(600, gt=0)
    """Seconds in which `client_seconds` come back."""
    computing_threads: int = Field(1, ge=1)
    """Threads for each kind of computation outside of the query workers: pages, searches, files. Python runs one at a
    time: more of them take from the thread that answers everyone."""
    computing_queue: int = Field(64, ge=0)
    """Computations of each kind that may wait for a thread; one more is answered 503."""
    computing_timeout: float = Field(30.0, gt=0)
    """Deadline of one of them, in seconds of wall time, waiting included."""
    deposit_max_mb: float = Field(16, gt=0)
    """Greatest deposit over HTTP, in MB; a larger one goes by the command line."""
    deposit_queue: int = Field(8, ge=1)
    """Deposits over HTTP that one process holds at once, those being sent among them; one more is answered 503."""
    deposit_timeout: float = Field(120, gt=0)
    """Seconds that a deposit over HTTP may take to be examined and registered."""
    search_max_chars: int = Field(500, ge=1)
    """Greatest length of the words searched, and of one value of a facet, in characters."""
    search_max_words: int = Field(80, ge=1)
    """Words that one search may have."""
    search_max_distinct_words: int = Field(40, ge=1)
    """Different words among them: each is looked for in every fiche found."""
    facet_max_values: int = Field(100, ge=1)
    """Values of facets that one search may have, all facets together."""
    jobs: int = Field(16, ge=0)
    """Queries to be answered later that hold a place at once: those not answered yet, and those asked in the last ten
    minutes. As many answered ones are kept beside, the oldest let go of first; 0 takes none."""
    jobs_client: int = Field(2, ge=1)
    """Of them, how many one client may have in one process."""
    jobs_timeout: float = Field(600, gt=0)
    """Deadline of one of them, in seconds; it runs when nobody else asks, and on its client's share."""
    jobs_hours: float = Field(24, gt=0)
    """Hours for which one is kept at most, its answer with it."""
    log_queries: bool = True
    """Write one line a query (hash, duration, rows, outcome) to `var/log/queries.jsonl`."""
    compress: bool = True
    """Offer gzip and zstd."""
    openid: OpenIdSettings = Field(default_factory=OpenIdSettings)
    """The service by which people sign in from a browser, where there is one."""
    remote: RemoteSettings = Field(default_factory=RemoteSettings)
    """The store that answers in place of the editions on disk, where there is one."""
    notices: NoticeSettings = Field(default_factory=NoticeSettings)
    """What the deployment says of itself."""

    @model_validator(mode="after")
    def _reached(self) -> Settings:
        if self.openid.issuer and not self.public_url:
            raise ValueError("signing in by OpenID Connect needs OBSERVATOIRE_PUBLIC_URL")
        return self

    def part(self, fronts: int) -> dict[str, str]:
        """Return the settings of one of so many processes, as its environment says them: each has its part."""
        counts = {name: max(1, getattr(self, name) // fronts) for name in ("workers", "connections")}
        counts["queue"] = -(-self.queue // fronts)
        shares = {name: getattr(self, name) / fronts for name in ("cache_mb", "front_mb", "spool_mb", "client_seconds")}
        return {f"OBSERVATOIRE_{name.upper()}": str(value) for name, value in {**counts, **shares}.items()}

    def limits(self) -> Limits:
        """Return the bounds of a query that asks for none."""
        return Limits(self.query_timeout, int(self.answer_max_mb * MEGABYTE))

    @property
    def editions_path(self) -> Path:
        """The folder of editions, one folder a number, and the link `current`."""
        return self.var / "editions"

    @property
    def body_bytes(self) -> int:
        """The greatest body of a request: a form of the longest query, each byte of it escaped."""
        return (self.query_max_kb << 10) * 3 + (64 << 10)


def at(address: str, slot: str) -> str:
    """Return the address of a slot."""
    return address.replace(SLOT, slot)
