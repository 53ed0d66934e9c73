"""An address that was public leads where its thing went: matches of other countries' frameworks are deposited now."""

from __future__ import annotations

import httpx
import pyoxigraph as ox

from ontologie import BASE, read_table

OLD = "alignement/AUS-1--centrage-humain"


def test_the_old_address_of_a_match_leads_to_the_set_that_says_it(client: httpx.Client) -> None:
    moved = {row["ancienne"]: row["nouvelle"] for row in read_table("donnees", "anciennes_adresses.csv")}
    for suffix in ("", ".ttl", ".html"):
        answer = client.get(f"/{OLD}{suffix}")
        document, _, fragment = moved[OLD].partition("#")
        assert (answer.status_code, answer.headers["location"]) == (308, f"/{document}{suffix}#{fragment}")
    assert client.get("/alignement/AUS-1--nulle-part").status_code == 404
    found = client.get(f"/{document}.ttl")
    store = ox.Store()
    store.load(found.content, format=ox.RdfFormat.TURTLE, base_iri=BASE)
    ends = {
        quad.object.value.removeprefix(BASE)
        for name in ("Source", "Target")
        for quad in store.quads_for_pattern(
            ox.NamedNode(BASE + moved[OLD]), ox.NamedNode(f"http://www.w3.org/2002/07/owl#annotated{name}"), None
        )
        if isinstance(quad.object, ox.NamedNode)
    }
    assert ends == {"principe/australie-iag-2023/AUS-1", "principe/international/centrage-humain"}


def test_every_old_address_leads_to_a_match_that_is_there(client: httpx.Client, store: ox.Store) -> None:
    rows = read_table("donnees", "anciennes_adresses.csv")
    assert len({row["ancienne"] for row in rows}) == len(rows) == 154
    for row in rows:
        node = ox.NamedNode(BASE + row["nouvelle"])
        notations = [
            str(value.value).rpartition("/")[2]
            for name in ("Source", "Target")
            for quad in store.quads_for_pattern(node, ox.NamedNode(f"http://www.w3.org/2002/07/owl#annotated{name}"), None)
            if isinstance(value := quad.object, ox.NamedNode)
        ]
        assert row["ancienne"] == "alignement/" + "--".join(notations), row
