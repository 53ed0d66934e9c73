-- [columns]
-- academie = "iri"
-- nom = "@fr"
-- region = "iri"
-- projets = "integer"

WITH comptes AS (SELECT academie, count(*) AS projets FROM usages_academies GROUP BY academie)
SELECT a.sujet AS academie, l.texte AS nom, r.objet AS region, coalesce(u.projets, 0) AS projets
FROM academies a
JOIN libelles l ON l.sujet = a.sujet AND l.langue = 'fr'
JOIN regions_academiques r ON r.sujet = a.sujet
LEFT JOIN comptes u ON u.academie = a.sujet
WHERE $region::VARCHAR[] IS NULL OR list_contains($region::VARCHAR[], r.objet)
ORDER BY projets DESC, nom, academie, region
