-- [columns]
-- academie = "iri"
-- nom = "@fr"
-- contour = "wkt"
-- projets = "integer"

-- Counted before anything is joined: an outline is long.
WITH comptes AS (SELECT academie, count(*) AS projets FROM usages_academies GROUP BY academie)
SELECT a.sujet AS academie, l.texte AS nom, c.texte AS contour, coalesce(u.projets, 0) AS projets
FROM academies a
JOIN libelles l ON l.sujet = a.sujet AND l.langue = 'fr'
JOIN geometries g ON g.sujet = a.sujet
JOIN contours c ON c.sujet = g.objet
LEFT JOIN comptes u ON u.academie = a.sujet
ORDER BY academie, nom, contour
