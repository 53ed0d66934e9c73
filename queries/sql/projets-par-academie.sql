-- [columns]
-- academie = "iri"
-- nom = "@fr"
-- region = "iri"
-- projets = "integer"

SELECT a.sujet AS academie, l.texte AS nom, r.objet AS region, count(DISTINCT u.usage) AS projets
FROM academies a
JOIN libelles l ON l.sujet = a.sujet AND l.langue = 'fr'
JOIN regions_academiques r ON r.sujet = a.sujet
LEFT JOIN usages_academies u ON u.academie = a.sujet
WHERE $region::VARCHAR[] IS NULL OR list_contains($region::VARCHAR[], r.objet)
GROUP BY a.sujet, l.texte, r.objet
ORDER BY projets DESC, nom, academie, region
