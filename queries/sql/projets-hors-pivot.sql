-- [columns]
-- principe = "iri"
-- libelle = "@langue"
-- instrument = "iri"
-- raison = "@langue"
-- projets = "integer"

WITH comptes AS (
  SELECT principe, count(DISTINCT usage) AS projets FROM usages_principes WHERE concerne GROUP BY principe
)
SELECT h.sujet AS principe, l.texte AS libelle, s.objet AS instrument, h.texte AS raison, coalesce(c.projets, 0) AS projets
FROM hors_pivot h
JOIN schemas s ON s.sujet = h.sujet
JOIN libelles l ON l.sujet = h.sujet AND l.langue = h.langue
LEFT JOIN comptes c ON c.principe = h.sujet
WHERE list_contains($langue, h.langue)
ORDER BY projets DESC, principe, instrument, raison, libelle
