"""Twins compared with their SPARQL in an edition: which may answer, what is said of one that differs, how they end."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest

from ingestion import Editions
from queries import Twin, catalogue, twins
from sparql_api.app import create_app
from sparql_api.columns.standing import TwinsStanding
from sparql_api.computing.fairuse import FairUse
from sparql_api.computing.limiter import open_computing
from sparql_api.computing.spool import FileSpool
from sparql_api.description.questions import bound
from sparql_api.engines import open_engine
from sparql_api.formats.negotiation import TABLES
from sparql_api.pages.common.labels import DisplayLabels
from sparql_api.pages.common.service import Service
from sparql_api.pages.common.twins import compare_next, make_ready, open_columns
from sparql_api.query.errors import DeadlineExceeded, EvaluationError
from sparql_api.query.limits import Limits
from sparql_api.settings import Settings
from tests.making import command, write_csv
from tests.sparql_api.endpoint.live import serve

NAME = "projets-par-academie"
SHOWN = "projets-par-annee-scolaire"
ENDLESS = """
SELECT 'x' AS academie, 'x' AS nom, 'x' AS region, count(*) AS projets FROM range(1000000000000) t(n)
WHERE hash(n) = 1 AND $region::VARCHAR[] IS NULL
"""


class Planted(TwinsStanding):
    """The twins, one of them planted."""

    def __init__(self, whole: TwinsStanding, planted: Mapping[str, str]) -> None:
        self.__dict__.update(whole.__dict__)
        self.planted = planted

    @property
    def twins(self) -> Mapping[str, Twin]:
        asked = {name: twins()[name] for name in self.planted}
        return MappingProxyType({name: replace(one, sql=self.planted[name]) for name, one in asked.items()})


@pytest.fixture(scope="module")
def state(demo_var: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's state, for these tests alone."""
    return Path(shutil.copytree(demo_var, tmp_path_factory.mktemp("columns") / "var", symlinks=True))


def service_of(state: Path, planted: Mapping[str, str] | None = None, **values: float) -> Service:
    settings = Settings(var=state, workers=1, shelf_mb=0, **values)
    whole = open_columns(settings)
    assert whole is not None
    columns = Planted(whole, planted) if planted else whole
    fair_use = FairUse(settings.client_seconds, settings.client_window)
    engine = open_engine(settings, columns=columns)
    labels, spool = DisplayLabels(settings.base_iri, settings.editions_path), FileSpool(settings.var / "tmp", 1 << 20)
    computing = open_computing(settings, fair_use)
    return Service(settings, engine, Editions(state), fair_use, computing, spool, labels, columns=columns)


def standing(service: Service, number: int = 1) -> dict[str, str]:
    assert service.columns is not None
    return {name: one.outcome if one else "" for name, one in service.columns.standing(number).items()}


async def all_compared(service: Service, number: int = 1) -> dict[str, str]:
    await service.engine.start()
    try:
        while await compare_next(service, number):
            pass
        return standing(service, number)
    finally:
        await service.engine.stop()


@pytest.fixture(scope="module")
def compared(state: Path) -> Path:
    """The same, its twins compared."""
    found = asyncio.run(all_compared(service_of(state)))
    assert set(found.values()) == {"same"}, found
    assert set(found) == set(twins())
    return state


def test_an_answer_by_its_twin_is_that_of_sparql_to_the_byte_in_every_format(compared: Path) -> None:
    async def ask() -> None:
        service = service_of(compared, cache_mb=0)
        await service.engine.start()
        try:
            for name in (SHOWN, NAME, "moyenne-des-criteres", "carte-des-academies"):
                text = bound(catalogue()[name], {}, service.iris)
                for media_type in TABLES.values():
                    plan = await service.engine.prepare(text, accept=media_type)
                    assert service.columns is not None
                    assert service.columns.explained(plan)["engine"] == "columns"
                    mine = await service.engine.run(plan)
                    theirs = await service.engine.query(str(text), accept=media_type)
                    assert (mine.read(), mine.rows) == (theirs.read(), theirs.rows), (name, media_type)
        finally:
            await service.engine.stop()

    asyncio.run(ask())


def test_twins_answer_over_parts_that_a_change_patched(compared: Path, tmp_path: Path) -> None:
    var = Path(shutil.copytree(compared, tmp_path / "var", symlinks=True))
    rows = [{"id": "c.1", "titre": "Un usage de plus"}]
    deposit = write_csv(tmp_path / "rows.csv", rows)
    for arguments in (["ingest", str(deposit), "--validated-by", "equipe-projet"], ["publish"]):
        done = command(var, *arguments)
        assert done.exit_code == 0, done.stderr
    first, second = ({path.name for path in (var / f"editions/{n}/tables").glob("*.parquet")} for n in (1, 2))
    assert first & second
    assert first != second
    service = service_of(var)
    assert set(standing(service, 2).values()) == {""}
    assert set(asyncio.run(all_compared(service, 2)).values()) == {"same"}


def test_a_twin_found_equal_answers_in_the_next_edition_until_it_is_compared_there(
    compared: Path, tmp_path: Path
) -> None:
    var = Path(shutil.copytree(compared, tmp_path / "var", symlinks=True))
    deposit = write_csv(tmp_path / "rows.csv", [{"id": "c.1", "titre": "Un usage de plus"}])
    for arguments in (["ingest", str(deposit), "--validated-by", "equipe-projet"], ["publish"]):
        done = command(var, *arguments)
        assert done.exit_code == 0, done.stderr

    async def engine_of(service: Service) -> tuple[str, int]:
        assert service.columns is not None
        plan = await service.engine.prepare(bound(catalogue()[NAME], {}, service.iris))
        told = service.columns.explained(plan)
        return told["engine"], (told["twin"]["compared"] or {"edition": 0})["edition"]

    async def ask() -> None:
        service = service_of(var)
        await service.engine.start()
        try:
            assert await engine_of(service) == ("sparql", 0)
            assert await make_ready(service, 2)
            assert await engine_of(service) == ("columns", 1)
            assert service.columns is not None
            assert len(service.columns.waiting(2)) == len(twins())
            while await compare_next(service, 2):
                pass
            assert await engine_of(service) == ("columns", 2)
        finally:
            await service.engine.stop()

    asyncio.run(ask())
    wrong = service_of(var, {f"{NAME}/v1": twins()[f"{NAME}/v1"].sql.replace("projets DESC", "projets")})
    assert asyncio.run(all_compared(wrong, 2)) == {f"{NAME}/v1": "differs"}
    deposit = write_csv(tmp_path / "rows.csv", [{"id": "c.2", "titre": "Encore un usage"}])
    for arguments in (["ingest", str(deposit), "--validated-by", "equipe-projet"], ["publish"]):
        assert command(var, *arguments).exit_code == 0

    async def later() -> None:
        assert await make_ready(wrong, 3)
        assert (await engine_of(wrong))[0] == "sparql"

    asyncio.run(later())


def test_a_twin_is_no_longer_known_once_its_text_changed(compared: Path) -> None:
    other = {f"{NAME}/v1": twins()[f"{NAME}/v1"].sql + "\n"}
    assert standing(service_of(compared, other)) == {f"{NAME}/v1": ""}


@pytest.mark.parametrize(
    ("sql", "outcome", "said"),
    [
        (twins()[f"{NAME}/v1"].sql.replace("coalesce(u.projets, 0)", "coalesce(u.projets, 1)"), "differs", "rows more"),
        (twins()[f"{NAME}/v1"].sql.replace("projets DESC", "projets"), "differs", "another order"),
        ("SELECT nothing FROM nowhere", "failed", "nowhere"),
    ],
    ids=["counts", "order", "no-sql"],
)  # fmt: skip
def test_a_wrong_twin_is_set_aside_and_said(
    state: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, sql: str, outcome: str, said: str
) -> None:
    var = Path(shutil.copytree(state, tmp_path / "var", symlinks=True))
    service = service_of(var, {f"{NAME}/v1": sql})
    with caplog.at_level(logging.WARNING, "observatoire.columns"):
        assert asyncio.run(all_compared(service)) == {f"{NAME}/v1": outcome}
    assert said in caplog.text
    assert f"{NAME}/v1" in caplog.text

    async def engine_of() -> str:
        assert service.columns is not None
        plan = await service.engine.prepare(bound(catalogue()[NAME], {}, service.iris))
        return str(service.columns.explained(plan)["engine"])

    assert asyncio.run(engine_of()) == "sparql"


def test_a_twin_ends_at_its_deadline_and_the_next_query_is_answered(compared: Path) -> None:
    async def ask() -> None:
        service = service_of(compared, {f"{NAME}/v1": ENDLESS})
        await service.engine.start()
        try:
            text = bound(catalogue()[NAME], {}, service.iris)
            with pytest.raises(DeadlineExceeded):
                await service.engine.query(text.to_try(), limits=Limits(2.0))
            task = asyncio.create_task(service.engine.query(text.to_try(), limits=Limits(60.0)))
            while not service.engine.status().busy:
                await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await service.engine.query("ASK {}")).json()["boolean"] is True
            assert service.engine.status().restarts >= 2
        finally:
            await service.engine.stop()

    asyncio.run(ask())


def test_where_the_columns_are_gone_sparql_answers(compared: Path, tmp_path: Path) -> None:
    var = Path(shutil.copytree(compared, tmp_path / "var", symlinks=True))

    async def ask() -> None:
        service = service_of(var, cache_mb=0)
        await service.engine.start()
        try:
            text = bound(catalogue()[SHOWN], {}, service.iris)
            before = (await service.engine.query(text)).read()
            for path in var.glob("faces/*/columns-*.duckdb"):
                path.rename(path.with_suffix(".gone"))
            assert (await service.engine.query(text)).read() == before
            with pytest.raises(EvaluationError):
                await service.engine.query(text.to_try())
        finally:
            await service.engine.stop()

    asyncio.run(ask())


def test_the_service_says_who_answers(compared: Path) -> None:
    settings = Settings(var=compared, workers=1, quiet_seconds=0)
    with serve(create_app(settings)) as url, httpx.Client(base_url=url, timeout=120) as client:
        told = client.get(f"/queries/{NAME}?explain").json()
        assert (told["engine"], told["question"], told["twin"]["compared"]["outcome"]) == ("columns", f"{NAME}/v1", "same")
        assert told["twin"]["sql"] == twins()[f"{NAME}/v1"].sql
        assert client.get(f"/queries/{NAME}?explain").headers["Cache-Control"] == "no-store"
        assert client.get("/queries/acteurs?explain").json()["engine"] == "sparql"
        state = client.get("/etat?format=json").json()["twins"]
        assert state == {"answering": len(twins()), "waiting": 0, "refused": {}}
        asked = client.get(f"/queries/{NAME}", headers={"Accept": "text/csv"})
        assert asked.text.startswith("academie,nom,region,projets\r\n")
