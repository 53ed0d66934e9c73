-- [columns]
-- instrument = "iri"
-- titre = "@langue"
-- principes = "integer"
-- criteres = "integer"
-- projets = "integer"

WITH principes AS (SELECT objet AS instrument, count(DISTINCT sujet) AS n FROM schemas GROUP BY objet),
criteres AS (
  SELECT s.objet AS instrument, count(DISTINCT p.sujet) AS n
  FROM schemas s JOIN porte_sur p ON p.objet = s.sujet
  GROUP BY s.objet
),
-- A use and a principle may be tied by many evidences: each counts once before anything is joined.
lies AS (SELECT DISTINCT usage, principe FROM usages_principes WHERE concerne),
projets AS (
  SELECT s.objet AS instrument, count(DISTINCT u.usage) AS n
  FROM lies u JOIN schemas s ON s.sujet = u.principe
  GROUP BY s.objet
)
SELECT i.sujet AS instrument, l.texte AS titre, coalesce(p.n, 0) AS principes, coalesce(c.n, 0) AS criteres,
  coalesce(u.n, 0) AS projets
FROM instruments i
JOIN libelles l ON l.sujet = i.sujet AND list_contains($langue, l.langue)
LEFT JOIN principes p ON p.instrument = i.sujet
LEFT JOIN criteres c ON c.instrument = i.sujet
LEFT JOIN projets u ON u.instrument = i.sujet
ORDER BY i.sujet, l.texte
