"""Headers as académies write them: below titles, on two storeys, in their words, several for one column."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from ingestion import Registry, Settings, UnreadableDeposit, read_deposit
from ingestion.examination.deposit import deposit_file
from ingestion.examination.pipeline import Options
from ingestion.reading.records import Deposit
from ingestion.rights.model import OPERATOR
from ingestion.words.columns import columns
from ingestion.words.headers import HELD, NAMED, USUAL, Named, likely, named
from ontologie import read_table
from tests.ingestion.reading.conftest import Write, refusal


def values(deposit: Deposit) -> list[dict[str, object]]:
    return [dict(record.values) for record in deposit.records]


def said(deposit: Deposit) -> dict[str, str]:
    return {note.rule.removeprefix("depot:"): note.message["fr"] for note in deposit.notes}


@pytest.mark.parametrize(
    ("header", "column", "how"),
    [
        ("Outils IA", "outils_ia", NAMED), ("points of vigilance", "points_vigilance", USUAL), ("Matières", "disciplines", USUAL),
        ("Quel est l'intitulé de votre séquence ?", "titre", HELD), ("Pour quelle(s) classe(s) ?", "niveaux", USUAL),
        ("Which subject(s) did you teach?", "disciplines", HELD), ("Date de fin prévue", "date_fin", HELD),
        ("Date de saisie de la réponse", "", HELD), ("Horodateur", "", USUAL), ("iri", "", NAMED),
        ("Adresse de messagerie du déposant", "deposant_courriel", HELD),
    ],
)  # fmt: skip
def test_a_header_names_a_column_by_its_words(header: str, column: str, how: int) -> None:
    assert named(header) == Named(column, how)


@pytest.mark.parametrize(
    "header", ["Nom du chef d'établissement", "Prénom de l'élève", "Enseignant référent (discipline)", "Météo", "x" * 5_000]
)
def test_a_header_that_asks_for_a_person_or_for_nothing_we_know_names_none(header: str) -> None:
    assert named(header) is None
    assert likely(header, list(columns())) == ""


def test_no_two_rows_of_the_table_say_the_same_words_for_two_columns() -> None:
    from ingestion.words.headers import _words

    told = defaultdict(set)
    for row in read_table("donnees", "entetes.csv"):
        assert row["forme"] in {"tout", "mots", "personne", "vide"} and row["colonne"] in {"", *columns()}
        told[row["forme"], _words(row["entete"])].add(row["colonne"])
    assert {words: names for words, names in told.items() if len(names) > 1} == {}


def test_the_header_is_found_below_titles(write: Write) -> None:
    deposit = read_deposit(write("Recensement 2025;;\n;;\nà rendre avant le 3 mars;;\nN° de fiche;Intitulé;IA\n7;Un;autre\n"))
    assert values(deposit) == [{"id": "7", "titre": "Un", "type_ia": "autre"}]
    assert [record.line for record in deposit.records] == [5]
    assert "ligne 4" in said(deposit)["entete-trouvee"]


def test_a_row_that_speaks_of_tools_is_no_header(write: Write) -> None:
    deposit = read_deposit(write("titre;resume\nUn outil IA;Quelle date et quel niveau de classe\n"))
    assert values(deposit) == [{"titre": "Un outil IA", "resume": "Quelle date et quel niveau de classe"}]
    assert "entete-trouvee" not in said(deposit)


def test_two_storeys_are_read_together(write: Write) -> None:
    text = "Projet;;Public;;Outil IA;\nIntitulé;Synthèse;Niveaux;Effectif;Nom;Version\nUn;Deux;4e;24;ChatGPT;5\n"
    deposit = read_deposit(write(text))
    assert values(deposit) == [
        {"titre": "Un", "resume": "Deux", "niveaux": "4e", "effectif": "24", "outils_ia": "ChatGPT", "version_outil": "5"}
    ]


def test_a_header_repeated_below_is_no_row(write: Write) -> None:
    assert len(values(read_deposit(write("id,titre\n1,a\nid,titre\n2,b\n")))) == 2


def test_several_headers_feed_a_list_and_the_surest_another(write: Write) -> None:
    text = "Titre;Niveaux école;Niveaux collège;Date de l'action;Date du bilan oral\nUn;CM2;6e;2025;2024\nDeux;;5e;;\n"
    deposit = read_deposit(write(text + "Trois;6e;6e;;\n"))
    assert values(deposit) == [
        {"titre": "Un", "niveaux": "CM2|6e", "date": "2025"}, {"titre": "Deux", "niveaux": "5e"}, {"titre": "Trois", "niveaux": "6e"},
    ]  # fmt: skip
    assert "Date du bilan oral" in said(deposit)["colonnes-laissees"]


def test_what_is_not_known_is_left_out_and_said_once(write: Write) -> None:
    deposit = read_deposit(write("titre;resume;Météo;Dsiciplines;Horodateur\nUn;Deux;beau;SVT;hier\n"))
    assert values(deposit) == [{"titre": "Un", "resume": "Deux"}]
    told = said(deposit)["colonnes-a-confirmer"]
    assert all(one in told for one in ("« Météo »", "« Horodateur »", "« Dsiciplines » (→ disciplines ?)"))
    assert refusal(write("titre;resume;Météo\nUn;Deux;beau\n"), strict=True).issue.rule == "depot:colonne-inconnue"


def test_what_is_not_known_may_be_the_summary(write: Write) -> None:
    path = write("titre;Météo\nUn;beau\n")
    assert refusal(path).column == 2
    assert values(read_deposit(path, mapping={"Météo": "resume"})) == [{"titre": "Un", "resume": "beau"}]
    assert values(read_deposit(path, accept=True)) == [{"titre": "Un"}]


def test_an_agreement_holds_for_the_same_headers_alone(write: Write) -> None:
    path = write("titre;Dsiciplines;Météo\nUn;SVT;beau\n")
    (agreed,) = read_deposit(path, accept=True).agreed
    known = {agreed.headers: agreed.columns}
    assert "meteo" not in str(agreed).lower(), "headers are kept by digest"
    again = read_deposit(write("Météo;titre;Dsiciplines\nbeau;Un;SVT\n"), agreed=known)
    assert values(again) == [{"titre": "Un", "disciplines": "SVT"}] and again.agreed == ()
    refusal(write("titre;Dsiciplines;Météo;Autre\nUn;SVT;beau;x\n"), agreed=known)
    other = read_deposit(path, agreed=known, mapping={"Dsiciplines": "", "Météo": "resume"})
    assert values(other) == [{"titre": "Un", "resume": "beau"}], "what is asked now goes before"


def test_cells_under_no_header_are_left_out_and_named_by_their_letters(write: Write) -> None:
    deposit = read_deposit(write("titre;resume;\nUn;Deux;\nTrois;Quatre;rien\n"))
    assert values(deposit)[1] == {"titre": "Trois", "resume": "Quatre"}
    assert "colonne C" in said(deposit)["colonnes-sans-nom"]


def test_cells_that_a_row_leaves_out_at_its_end_are_empty(write: Write) -> None:
    assert values(read_deposit(write("titre;resume;date\nUn\nDeux;Trois\n"))) == [{"titre": "Un"}, {"titre": "Deux", "resume": "Trois"}]


@pytest.mark.parametrize("name", ["m.toml", "m.csv"])
def test_a_mapping_says_what_to_read_instead_of_values(write: Write, name: str) -> None:
    toml = '"Coll." = "academie"\n[valeurs.academie]\n"Acad. du Nord" = "Lille"\n[valeurs.niveaux]\n"les grands" = "CM2"\n'
    table = "Coll.;academie;\nacademie;Acad. du Nord;Lille\nniveaux;les grands;CM2\n"
    path = write("titre;resume;Coll.;niveaux\nUn;Deux;acad du nord;4e|Les grands\n")
    (row,) = values(read_deposit(path, mapping=write(toml if name.endswith("toml") else table, name)))
    assert (row["academie"], row["niveaux"]) == ("Lille", "4e|CM2")


def test_a_reading_accepted_once_is_remembered_for_that_académie(write: Write, tmp_path: Path) -> None:
    path = write("id;titre;Dsiciplines;Météo\nA;Un;SVT;beau\n")

    def deposited(**more: object) -> tuple[set[str], int]:
        options = Options(memory=tmp_path / "var", **more)  # type: ignore[arg-type]
        with Registry(Settings(var=tmp_path / "var")) as registry:
            one = deposit_file(path, registry, OPERATOR, options)
        return {note.rule for note in one.notes}, one.summary.read

    with pytest.raises(UnreadableDeposit):
        deposited(academie="Lyon")
    assert "depot:colonnes-acceptees" in deposited(academie="Lyon", accept_mapping=True)[0]
    assert "depot:colonnes-acceptees" not in deposited(academie="10")[0]
    with pytest.raises(UnreadableDeposit):
        deposited(academie="Lille")
    (kept,) = (tmp_path / "var" / "correspondances").iterdir()
    assert kept.name.startswith("10-") and "ciplin" not in kept.read_text().replace('"disciplines"', "")
    kept.write_text('{"x": "no such column"}')
    with pytest.raises(UnreadableDeposit):
        deposited(academie="Lyon")


def test_a_title_above_never_makes_a_persons_name_public(write: Write) -> None:
    deposit = read_deposit(write("Recensement des outils IA 2025;;\nNom;Titre;Niveau\nUne Personne;Un;4e\n"))
    assert values(deposit) == [{"deposant_nom": "Une Personne", "titre": "Un", "niveaux": "4e"}]


def test_progress_knows_how_many_rows_there_are(write: Write) -> None:
    path, told = write("id;titre\n" + "".join(f"A{n};Un\n" for n in range(7))), []
    deposit_file(path, None, OPERATOR, Options(batch=3), progress=lambda done, total: told.append((done, total)))
    assert told == [(3, 7), (6, 7), (7, 7)]
