-- [columns]
-- renseignement = "iri"
-- libelle = "@langue"
-- constats = "integer"
-- projets = "integer"

-- The table names each missing information by the last part of its IRI: it is a property of the ontology.
WITH listes AS (
  SELECT premisses_manquantes AS liste, constat, usage FROM constats WHERE premisses_manquantes IS NOT NULL
),
-- A few hundred lists for all findings: taken apart once each.
parties AS (
  SELECT liste, 'https://w3id.org/observatoire-ia/ontologie#' || unnest(string_split(liste, '|')) AS renseignement
  FROM (SELECT DISTINCT liste FROM listes)
),
comptes AS (
  SELECT p.renseignement, count(*) AS constats, count(DISTINCT l.usage) AS projets
  FROM listes l JOIN parties p ON p.liste = l.liste
  GROUP BY p.renseignement
)
SELECT c.renseignement, n.texte AS libelle, c.constats, c.projets
FROM comptes c
LEFT JOIN noms n ON n.sujet = c.renseignement AND list_contains($langue, n.langue)
ORDER BY c.constats DESC, c.renseignement, n.texte
