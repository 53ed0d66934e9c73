-- [columns]
-- region = "iri"
-- nom = "@fr"
-- projets = "integer"

WITH comptes AS (
  SELECT dans.objet AS region, count(DISTINCT u.usage) AS projets
  FROM usages_academies u
  JOIN academies a ON a.sujet = u.academie
  JOIN regions_academiques dans ON dans.sujet = a.sujet
  GROUP BY dans.objet
)
SELECT r.sujet AS region, l.texte AS nom, coalesce(c.projets, 0) AS projets
FROM regions r
JOIN libelles l ON l.sujet = r.sujet AND l.langue = 'fr'
LEFT JOIN comptes c ON c.region = r.sujet
ORDER BY projets DESC, nom, region
