"""Where the state lives: read once from the environment (`OBSERVATOIRE_…`), frozen, passed down."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from ontologie import BASE


class Settings(BaseSettings):
    """The settings of the way in."""

    model_config = SettingsConfigDict(env_prefix="OBSERVATOIRE_", frozen=True, extra="ignore")

    var: Path = Path("var")
    """The folder of the state: registry, working store, editions."""
    database_url: str | None = None
    """The registry's SQLAlchemy URL; by default a SQLite file in `var`."""
    base_iri: str = BASE
    """What IRIs of the data start with."""

    @property
    def registry_path(self) -> Path:
        """The SQLite file of the registry, where no URL says otherwise."""
        return self.var / "registre.sqlite"
