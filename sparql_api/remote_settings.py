"""The settings of a store of its own behind the service: its addresses, read once from `OBSERVATOIRE_REMOTE_…`.

Without `OBSERVATOIRE_REMOTE_QUERY_URL` there is none, and the editions on disk answer.
"""

from __future__ import annotations

from typing import Annotated, Final

import httpx
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SLOT: Final = "{slot}"
SEALS: Final = "seals"


class RemoteSettings(BaseSettings):
    """Addresses hold `{slot}` where the name of a slot goes: a slot is a dataset that holds one whole edition."""

    model_config = SettingsConfigDict(env_prefix="OBSERVATOIRE_REMOTE_", frozen=True, extra="ignore")

    query_url: str = ""
    """Where a slot answers queries (SPARQL 1.1 Protocol)."""
    store_url: str = ""
    """Where a slot's graphs are written (SPARQL 1.1 Graph Store Protocol, indirect naming)."""
    update_url: str = ""
    """Where a slot takes updates; given, graphs go many in one request, which a store on disk likes better."""
    seals_url: str = ""
    """Where the seals are (Graph Store Protocol), apart from all slots; by default `store_url` of the slot `seals`."""
    slots: Annotated[tuple[str, ...], NoDecode] = ("a", "b")
    """The slots, comma separated: one more than the editions to be kept answering."""
    user: str = ""
    """Name sent with each request; empty sends none."""
    password: SecretStr = SecretStr("")
    digest: bool = False
    """Send the password by digest, not by basic authentication."""
    timeout_parameter: str = ""
    """How the store is told the deadline, such as `timeout={seconds}`; `{milliseconds}` is known too."""
    connections: int = Field(default=16, ge=1)
    """Queries that one API process has under way at the store."""

    @field_validator("slots", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

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


def at(address: str, slot: str) -> str:
    """Return the address of a slot."""
    return address.replace(SLOT, slot)
