"""The hostile files: how each is made, the command that is given it, and what must come of it.

Each is one of a kind seen in reports on parsers of tables, JSON, XML, RDF and archives. All are made by code.
"""

from __future__ import annotations

import io
import json
import os
import socket
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

HEADER = b"id;titre;type_ia;academie\n"
ROW = b"E1;Un titre;generative;Lyon\n"
MEGABYTE = 1_000_000
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True)
class Hostile:
    """One file: its name, the command that reads it, its maker, and the exit and the code of the sentence due.

    `codes` are those of `phrases/depot.csv`, any of which may be said; empty where the file is read. `large` files
    take seconds.
    """

    kind: str
    name: str
    make: Callable[[Path], None]
    exit: int
    codes: tuple[str, ...] = ()
    command: str = "ingest"
    large: bool = False


def data(content: Callable[[], bytes | str] | bytes | str) -> Callable[[Path], None]:
    """Make a file of some bytes; a large content is made when it is needed."""

    def make(path: Path) -> None:
        made = content() if callable(content) else content
        path.write_bytes(made if isinstance(made, bytes) else made.encode())

    return make


def sparse(size: int) -> Callable[[Path], None]:
    """Make a file of so many zeros, which take no place."""

    def make(path: Path) -> None:
        path.touch()
        os.truncate(path, size)

    return make


def device(name: str) -> Callable[[Path], None]:
    """Make a link to a device, or to nothing."""
    return lambda path: path.symlink_to(name)


def a_socket(path: Path) -> None:
    """Make a socket."""
    here = Path.cwd()
    os.chdir(path.parent)  # its name has 108 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


def archive(parts: dict[str, bytes | str]) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def xlsx(
    rows: str, *, name: str = "F", shared: str = "", prolog: str = "", target: str = "worksheets/sheet1.xml",
    extra: dict[str, bytes | str] | None = None,
) -> bytes:  # fmt: skip
    """Return a workbook whose sheet holds these rows as OOXML."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    mode = ' TargetMode="External"' if ":" in target else ""
    return archive({
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
        f'ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="s"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="s" '
        f'Type="{_OFFICE}/worksheet" Target="{target}"{mode}/><Relationship Id="t" Type="{_OFFICE}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{shared}</sst>',
        "xl/worksheets/sheet1.xml": f'{prolog}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        **(extra or {}),
    })  # fmt: skip


def cell(place: str, text: str) -> str:
    """Return a cell of a text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


TABLE = "".join(
    f'<row r="{line}">{"".join(cell(f"{column}{line}", text) for column, text in zip("ABCD", texts, strict=True))}</row>'
    for line, texts in enumerate((HEADER.decode().strip().split(";"), ROW.decode().strip().split(";")), 1)
)
"""A header and one good row."""


def lost(place: str, text: str = " ") -> bytes:
    """Return a good table, and a cell far from it."""
    return xlsx(f'{TABLE}<row r="{"".join(filter(str.isdigit, place))}">{cell(place, text)}</row>')


def ods(rows: str) -> bytes:
    """Return an OpenDocument sheet."""
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    return archive({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        "content.xml": f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table '
        f'table:name="F">{rows}</table:table></office:spreadsheet></office:body></office:document-content>',
    })  # fmt: skip


def ods_cell(text: str, more: str = "") -> str:
    """Return a cell of a text in OpenDocument."""
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


ODS_TABLE = "".join(
    f'<table:table-row>{"".join(map(ods_cell, line.decode().strip().split(";")))}</table:table-row>' for line in (HEADER, ROW)
)


def xls(records: bytes) -> bytes:
    """Return a BIFF8 stream of one sheet, without the compound file around it (readers take it so, or refuse it)."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + records


def bomb(megabytes: int, said: int) -> Callable[[Path], None]:
    """Make a workbook whose sheet unpacks to so many megabytes of spaces, and whose directory says so many bytes."""

    def make(path: Path) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        # After a full flush a block stands alone: it may be repeated.
        block = packer.compress(b" " * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
        content = block * megabytes + packer.flush()
        with zipfile.ZipFile(io.BytesIO(xlsx(""))) as good, zipfile.ZipFile(path, "w") as packed:
            for name in good.namelist()[:-1]:
                packed.writestr(name, good.read(name))
            assert packed.fp is not None
            part = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
            part.compress_type, part.compress_size, part.file_size = zipfile.ZIP_DEFLATED, len(content), said
            part.CRC = 0
            part.header_offset = packed.fp.tell()
            packed.fp.write(part.FileHeader() + content)
            packed.filelist.append(part)
            packed.start_dir = packed.fp.tell()

    return make


def nested_zip(path: Path) -> None:
    """Make an archive of archives."""
    content = bytes(MEGABYTE)
    for _ in range(8):
        content = archive({f"{copy}.zip": content for copy in range(8)})
    path.write_bytes(content)


def nested(opening: str, inner: str, closing: str, depth: int) -> str:
    """Return something nested so deep."""
    return opening * depth + inner + closing * depth


PREFIXES = "@prefix oia: <https://w3id.org/observatoire-ia/ontologie#> .\n"
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 50}">' for n in range(10))
LAUGHS = f'<!DOCTYPE x [{ENTITIES}]>'
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x/">'


def one(**members: object) -> str:
    """Return a JSON object like a row of ours."""
    return json.dumps({"id": "E1", "titre": "Un", "type_ia": "generative", "academie": "Lyon", **members})


def _files() -> Iterator[Hostile]:
    yield Hostile("a pipe", "pipe.csv", lambda path: os.mkfifo(path), 2, ("fichier-special",))
    yield Hostile("an endless device", "zero.csv", device("/dev/zero"), 2, ("fichier-special",))
    yield Hostile("a terminal", "tty.csv", device("/dev/tty"), 2, ("fichier-special", "fichier-illisible"))
    yield Hostile("a socket", "socket.csv", a_socket, 2, ("fichier-special",))
    yield Hostile("a folder", "folder.csv", lambda path: path.mkdir(), 2, ("fichier-special",))
    yield Hostile("a link to nothing", "link.csv", device("/nonexistent"), 2, ("fichier-illisible",))
    yield Hostile("a link to itself", "loop.csv", lambda path: path.symlink_to(path), 2, ("fichier-illisible",))
    yield Hostile("a size of zero that is not so", "proc.csv", device("/proc/self/status"), 2,
                  ("pas-un-tableau", "ligne-irreguliere", "colonne-inconnue"))
    yield Hostile("a pipe for `validate`", "pipe.ttl", lambda path: os.mkfifo(path), 2, ("fichier-special",), "validate")
    yield Hostile("a pipe for `query`", "pipe.rq", lambda path: os.mkfifo(path), 2, ("fichier-special",), "query")
    yield Hostile("a pipe for `--mapping`", "pipe.toml", lambda path: os.mkfifo(path), 2, ("fichier-special",), "mapping")
    yield Hostile("a query of 50 MB", "q.rq", sparse(50 * MEGABYTE), 2, ("fichier-trop-gros",), "query")
    yield Hostile("a mapping nested deep", "m.toml", data(lambda: "a = " + nested("[", "", "]", 20_000)), 2,
                  ("lecture-profonde", "correspondance-illisible"), "mapping")
    yield Hostile("a mapping of a huge number", "n.toml", data(lambda: "a = " + "9" * 100_000), 2,
                  ("correspondance-illisible",), "mapping")
    yield Hostile("a lone return in a mapping", "r.csv", data(lambda: b"a,titre\nb\rc,id\n"), 2,
                  ("correspondance-illisible", "colonne-inconnue"), "mapping")
    yield Hostile("1 TB of nothing", "tera.csv", sparse(10**12), 2, ("fichier-trop-gros",))
    yield Hostile("one line of 600 MB", "line600.csv", sparse(600 * MEGABYTE), 2, ("fichier-trop-gros",))
    yield Hostile("one line of 400 MB", "line.csv", lambda path: _line(path, 400), 2, ("ligne-demesuree",), large=True)
    yield from _tables()
    yield from _workbooks()
    yield from _json()
    yield from _rdf()


def _line(path: Path, megabytes: int) -> None:
    with path.open("wb") as out:
        out.write(HEADER + b"E1;")
        for _ in range(megabytes):
            out.write(b"a" * MEGABYTE)
        out.write(b";generative;Lyon\n")


def _tables() -> Iterator[Hostile]:
    text = (HEADER + ROW).decode()
    yield Hostile("a lone return in the header", "cr.csv", data(lambda: b"id;titre;type_ia;academie\rE1;a;b;c\r\nE2;a;b;c\r\n"), 2,
                  ("retour-isole",))
    yield Hostile("a lone return before the header", "cr2.csv", data(lambda: b"\r" + HEADER + ROW), 2, ("retour-isole",))
    yield Hostile("UTF-32 with its mark", "utf32.csv", data(lambda: text.encode("utf-32")), 0)
    yield Hostile("UTF-32 without mark", "utf32le.csv", data(lambda: text.encode("utf-32-le")), 0)
    yield Hostile("UTF-32 with no character's number", "utf32x.csv", data(lambda: b"\xff\xfe\0\0" + b"\xff" * 400 + b"a\0\0\0"), 2,
                  ("encodage-inconnu",))
    yield Hostile("NUL bytes", "nul.csv", data(lambda: HEADER + b"E1;Un\0 titre;generative;Lyon\n"), 1, ("caractere-interdit",))
    yield Hostile("Unicode spaces alone", "spaces.csv", data(lambda: "\u2003\u00a0\n" * 50), 2, ("fichier-vide", "pas-un-tableau"))
    yield Hostile("100,000 columns", "wide.csv", data(lambda: b";".join(b"c%d" % n for n in range(100_000)) + b"\n1\n"), 2,
                  ("pas-un-tableau", "colonne-inconnue"))
    yield Hostile("100,000 nameless columns", "empty.csv", data(lambda: HEADER.strip() + b";" * 100_000 + b"\n" + ROW), 0)
    yield Hostile("a quote never closed", "quote.csv", data(lambda: HEADER + b'E1;"' + ROW * 100_000), 2, ("guillemets",))
    yield Hostile("a cell of 100,000 items", "items.csv", data(lambda: b"id;titre;type_ia;academie;niveaux\nE1;Un;generative;Lyon;"
                  + b"|".join(b"n%d" % n for n in range(100_000)) + b"\n"), 1, ("valeurs-trop-nombreuses",))
    yield Hostile("a cell of 50 MB", "cell.csv", data(lambda: HEADER + b"E1;" + b"a" * 50 * MEGABYTE + b";generative;Lyon\n"), 1,
                  ("texte-trop-long",))
    yield Hostile("one id 20,000 times", "ids.csv", data(
        lambda: HEADER + b"".join(b"E1;Titre %d;generative;Lyon\n" % n for n in range(20_000))), 1, ("identifiant-double",), large=True)
    yield Hostile("a name of control characters", "\x1b[2J\n\u202e[red]x.csv", data(lambda: HEADER + ROW), 0)
    yield Hostile("a name that is no text", os.fsdecode(b"\xff\xfe.csv"), data(lambda: HEADER + ROW), 0)


def _workbooks() -> Iterator[Hostile]:
    far = ("feuille-demesuree",)
    broken = ("classeur-illisible", "classeur-demesure", "lecture-memoire", "lecture-longue", "lecture-interrompue", *far)
    yield Hostile("a cell in the last corner", "corner.xlsx", data(lambda: lost("XFD1048576")), 2, far)
    yield Hostile("a cell in the last row", "last.xlsx", data(lambda: lost("D1048576")), 0, large=True)
    yield Hostile("a reference that overflows", "over.xlsx", data(lambda: lost("ZZZZZZZ99999999999")), 2, far)
    yield Hostile("a reference beyond all numbers", "over2.xlsx", data(lambda: lost("A" + "9" * 300)), 2, broken)
    yield Hostile("10 GB of spaces", "bomb.xlsx", bomb(10_000, 10**10), 2, ("classeur-demesure",))
    yield Hostile("sizes that lie", "lies.xlsx", bomb(10_000, 10), 2, broken)
    yield Hostile("archives of archives", "nested.xlsx", nested_zip, 2, broken)
    yield Hostile("20,000 parts", "parts.xlsx", data(lambda: xlsx(TABLE, extra={f"x/{n}": b"" for n in range(20_000)})), 2,
                  ("classeur-demesure",))
    yield Hostile("an entity that reads a file", "entity.xlsx", data(lambda: xlsx(
        TABLE.replace("Un titre", "&x;"), prolog='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>')), 2, broken)
    yield Hostile("nested entities", "laughs.xlsx", data(lambda: xlsx(TABLE.replace("Un titre", "&e9;"), prolog=LAUGHS)), 2, broken)
    yield Hostile("a sheet that is a file of the system", "file.xlsx", data(lambda: xlsx(TABLE, target="file:///etc/passwd")), 2, broken)
    yield Hostile("a sheet on the network", "http.xlsx", data(lambda: xlsx(TABLE, target="http://127.0.0.1:9/x.xml")), 2, broken)
    yield Hostile("a sheet's name of 1 MB", "name.xlsx", data(lambda: xlsx(TABLE, name="F" * MEGABYTE)), 0)
    yield Hostile("one text in 100,000 cells", "shared.xlsx", data(lambda: xlsx("".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 100_000)),
        shared=f"<si><t>{'a' * MEGABYTE}</t></si>")), 2, ("lecture-memoire",), large=True)
    yield Hostile("a number of 100,000 digits", "digits.xlsx", data(lambda: xlsx(TABLE.replace(
        cell("B2", "Un titre"), f'<c r="B2"><v>{"9" * 100_000}</v></c>'))), 0)
    yield Hostile("a text of 50 MB", "text.xlsx", data(lambda: xlsx(TABLE.replace("Un titre", "a" * 50 * MEGABYTE))), 1,
                  ("texte-trop-long",))
    yield Hostile("1,048,576 rows repeated", "rows.ods", data(lambda: ods(ODS_TABLE.replace(
        "<table:table-row>", '<table:table-row table:number-rows-repeated="1048576">', 1))), 2,
        (*broken, "aucune-fiche"), large=True)
    yield Hostile("a row of 16,384 cells, repeated", "area.ods", data(lambda: ods(
        f'{ODS_TABLE}<table:table-row table:number-rows-repeated="1048576">'
        f'{ods_cell("x", " table:number-columns-repeated=" + chr(34) + "16384" + chr(34))}</table:table-row>')), 2,
        (*broken, "ligne-irreguliere"), large=True)
    yield Hostile("empty rows repeated", "blank.ods", data(lambda: ods(
        f'{ODS_TABLE}<table:table-row table:number-rows-repeated="1048574"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>')), 0)
    yield Hostile("an XLS of noise", "noise.xls", data(lambda: xls(zlib.compress(bytes(5_000)) * 50)), 2, broken)


def _json() -> Iterator[Hostile]:
    yield Hostile("20,000 repeated keys", "keys.json", data(
        lambda: "{" + ",".join(f'"k{n}":1,"k{n}":2' for n in range(20_000)) + "}"), 1, ("cles-trop-nombreuses",))
    yield Hostile("one key 100,000 times", "key.json", data(lambda: "{" + ",".join(['"titre":"a"'] * 100_000) + "}"), 1, ("cle-double",))
    yield Hostile("a number of 100,000 digits", "digits.json", data(lambda: one()[:-1] + ',"effectif":' + "9" * 100_000 + "}"), 1,
                  ("nombre-json",))
    yield Hostile("NaN and Infinity", "nan.json", data(lambda: one()[:-1] + ',"effectif":NaN,"date":-Infinity}'), 1, ("nombre-json",))
    yield Hostile("lists nested 100,000 deep", "deep.json", data(lambda: '{"titre":' + nested("[", "", "]", 100_000) + "}"), 2,
                  ("json-profond", "lecture-profonde"))
    yield Hostile("objects nested 500 deep", "deep2.json", data(lambda: nested('{"titre":', "1", "}", 500)), 2, ("json-profond",))
    yield Hostile("a list of 100,000 items", "items.json", data(lambda: one(niveaux=[f"n{n}" for n in range(100_000)])), 1,
                  ("valeurs-trop-nombreuses",))
    yield Hostile("a document's list of 100,000 items", "doc.json", data(lambda: json.dumps(
        {"id": "projet/10-E1", "type": "Projet", "titre": "Un", "niveau": [f"concept/{n}" for n in range(100_000)]})), 1,
        ("valeurs-trop-nombreuses",))
    yield Hostile("a text of 50 MB", "text.json", data(lambda: one(titre="a" * 50 * MEGABYTE)), 1, ("texte-trop-long",))
    yield Hostile("an IRI of 50 MB", "iri.json", data(lambda: json.dumps(
        {"id": "projet/10-E1", "type": "Projet", "titre": "Un", "niveau": "a" * 50 * MEGABYTE})), 1, ("texte-trop-long",))
    yield Hostile("a key of 5 MB", "longkey.json", data(lambda: one(**{"k" * 5 * MEGABYTE: "a"})), 1, ("cle-inconnue",))
    yield Hostile("lone surrogates", "surrogates.json", data(lambda: one()[:-1] + ',"resume":"\\ud800","\\udfff":"a"}'), 1,
                  ("caractere-interdit",))
    yield Hostile("a context on the network", "context.jsonld", data(lambda: one(**{"@context": "http://127.0.0.1:9/c.jsonld"})), 2,
                  ("contexte-refuse",))


def _rdf() -> Iterator[Hostile]:
    read, stopped = "validate", ("lecture-memoire", "lecture-longue", "lecture-interrompue", "enonce-trop-long")
    yield Hostile("nested entities", "laughs.rdf", data(lambda: f"{LAUGHS}{RDF}<rdf:Description><x:p>&e9;</x:p></rdf:Description></rdf:RDF>"),
                  2, stopped, read)
    yield Hostile("an entity that reads a file", "entity.rdf", data(lambda: 
        f'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>{RDF}<rdf:Description><x:p>&x;</x:p></rdf:Description></rdf:RDF>'),
        2, (), read)
    yield Hostile("lists nested 100,000 deep", "lists.ttl", data(lambda: "<http://x/s> <http://x/p> " + nested("( ", "", ") ", 100_000) + "."),
                  2, (), read, large=True)
    yield Hostile("nodes nested 100,000 deep", "nodes.ttl", data(lambda: 
        "<http://x/s> <http://x/p> " + nested("[ <http://x/p> ", "1", "] ", 100_000) + "."), 2, (), read, large=True)
    yield Hostile("statements about statements, 100,000 deep", "triples.nt", data(lambda: 
        "<http://x/s> <http://x/p> " + nested("<<( <http://x/s> <http://x/p> ", "<http://x/o>", " )>>", 100_000) + " ."),
        -1, stopped, read, large=True)
    yield Hostile("a literal of 50 MB", "literal.ttl", data(lambda: PREFIXES + '<http://x/s> oia:titre "' + "a" * 50 * MEGABYTE + '" .'),
                  2, ("enonce-trop-long", "lecture-memoire"), read)
    yield Hostile("a context on the network, for `validate`", "context.jsonld", data(lambda: 
        '{"@context": "http://127.0.0.1:9/c.jsonld", "@id": "http://x/s", "a": "b"}'), 2, (), read)
    yield Hostile("JSON-LD nested 100,000 deep", "deep.jsonld", data(lambda: '{"@id":"http://x/s","http://x/p":' + nested(
        '{"http://x/p":', '"a"', "}", 100_000) + "}"), 2, (), read, large=True)
    yield Hostile("bytes that are no text", "noise.ttl", data(lambda: bytes(range(256)) * 100), 2, (), read)


FILES: tuple[Hostile, ...] = tuple(_files())
