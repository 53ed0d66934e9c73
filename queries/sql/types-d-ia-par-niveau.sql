-- [columns]
-- rang = "integer"
-- niveau = "iri"
-- niveauLibelle = "@langue"
-- type = "iri"
-- typeLibelle = "@langue"
-- projets = "integer"

WITH niveaux AS (
  SELECT DISTINCT u.usage, e.large AS niveau
  FROM usages_niveaux u
  JOIN etages e ON e.precis = u.niveau
  WHERE e.large IN (SELECT niveau FROM usages_niveaux)
),
genres AS (
  SELECT DISTINCT u.usage, e.large AS type
  FROM usages_types_ia u
  JOIN etages e ON e.precis = u.type_ia
  WHERE e.large IN (SELECT type_ia FROM usages_types_ia)
),
comptes AS (
  SELECT n.niveau, g.type, count(*) AS projets FROM niveaux n JOIN genres g ON g.usage = n.usage GROUP BY n.niveau, g.type
)
SELECT r.texte AS rang, c.niveau, ln.texte AS niveauLibelle, c.type, lt.texte AS typeLibelle, c.projets
FROM comptes c
JOIN libelles lt ON lt.sujet = c.type AND list_contains($langue, lt.langue)
LEFT JOIN libelles ln ON ln.sujet = c.niveau AND list_contains($langue, ln.langue)
LEFT JOIN rangs r ON r.sujet = c.niveau
ORDER BY r.texte::BIGINT NULLS FIRST, ln.texte NULLS FIRST, lt.texte, c.niveau, c.type
