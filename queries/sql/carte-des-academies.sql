-- [columns]
-- academie = "iri"
-- nom = "@fr"
-- contour = "wkt"
-- projets = "integer"

SELECT a.sujet AS academie, l.texte AS nom, c.texte AS contour, count(DISTINCT u.usage) AS projets
FROM academies a
JOIN libelles l ON l.sujet = a.sujet AND l.langue = 'fr'
JOIN geometries g ON g.sujet = a.sujet
JOIN contours c ON c.sujet = g.objet
LEFT JOIN usages_academies u ON u.academie = a.sujet
GROUP BY a.sujet, l.texte, c.texte
ORDER BY academie, nom, contour
