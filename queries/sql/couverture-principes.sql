-- [columns]
-- principe = "iri"
-- libelle = "@langue"
-- projets = "integer"

WITH comptes AS (
  SELECT principe, count(DISTINCT usage) AS projets FROM usages_principes WHERE concerne GROUP BY principe
)
SELECT DISTINCT s.sujet AS principe, l.texte AS libelle, coalesce(c.projets, 0) AS projets
FROM schemas s
JOIN libelles l ON l.sujet = s.sujet AND list_contains($langue, l.langue)
LEFT JOIN comptes c ON c.principe = s.sujet
WHERE list_contains($instrument, s.objet)
ORDER BY projets DESC, principe, libelle
