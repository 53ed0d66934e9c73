-- [columns]
-- texte = "iri"
-- libelle = "@langue"
-- issue = "@langue"
-- projets = "integer"

WITH comptes AS (
  SELECT applique, verdict, count(DISTINCT usage) AS projets
  FROM constats
  WHERE applique IS NOT NULL
  GROUP BY applique, verdict
)
SELECT c.applique AS texte, l.texte AS libelle, i.texte AS issue, c.projets
FROM comptes c
JOIN libelles i ON i.sujet = c.verdict AND list_contains($langue, i.langue)
JOIN libelles l ON l.sujet = c.applique AND list_contains($langue, l.langue)
ORDER BY c.applique, i.texte, l.texte, c.projets
