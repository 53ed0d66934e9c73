-- [columns]
-- region = "iri"
-- nom = "@fr"
-- projets = "integer"

SELECT r.sujet AS region, l.texte AS nom, count(DISTINCT u.usage) AS projets
FROM regions r
JOIN libelles l ON l.sujet = r.sujet AND l.langue = 'fr'
LEFT JOIN (
  SELECT dans.objet AS region, de.usage
  FROM academies a
  JOIN regions_academiques dans ON dans.sujet = a.sujet
  JOIN usages_academies de ON de.academie = a.sujet
) u ON u.region = r.sujet
GROUP BY r.sujet, l.texte
ORDER BY projets DESC, nom, region
