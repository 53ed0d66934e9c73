"""Where the state lives: read once from the environment (`OBSERVATOIRE_…`), frozen, passed down.

What a field is for stands under it, and is data (`description`): `docs/settings.md` is written from it.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ontologie import BASE, Iris


class Settings(BaseSettings):
    """The settings of the way in; those of the service add to them."""

    model_config = SettingsConfigDict(
        env_prefix="OBSERVATOIRE_",
        env_ignore_empty=True,
        allow_inf_nan=False,
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
    )

    var: Path = Path("var")
    """The folder of the state: registry, working store, editions."""
    database_url: str | None = None
    """The registry's SQLAlchemy URL; by default a SQLite file in `var`."""
    agent: str | None = None
    """In whose name commands act: a declared agent; by default the operator, who deposits and publishes, and validates
    nothing."""
    base_iri: str = BASE
    """What IRIs of the data start with; relative IRIs in queries are resolved against it."""

    @field_validator("base_iri")
    @classmethod
    def _names_things(cls, base: str) -> str:
        return Iris(base).base

    @property
    def registry_path(self) -> Path:
        """The SQLite file of the registry, where no URL says otherwise."""
        return self.var / "registre.sqlite"

    @property
    def restoring_path(self) -> Path:
        """Where a restore makes a state ready, before it takes the place of what is there."""
        return self.var / "restauration"
