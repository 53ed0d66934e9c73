-- version = 2
-- [columns]
-- region = "iri"
-- nom = "@fr"
-- projets = "integer"

WITH comptes AS (SELECT region, count(DISTINCT usage) AS projets FROM usages_regions GROUP BY region)
SELECT r.sujet AS region, l.texte AS nom, coalesce(c.projets, 0) AS projets
FROM regions r
JOIN libelles l ON l.sujet = r.sujet AND l.langue = 'fr'
LEFT JOIN comptes c ON c.region = r.sujet
ORDER BY projets DESC, nom, region
