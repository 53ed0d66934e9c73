-- [columns]
-- academie = "iri"
-- nom = "@fr"
-- moyenne = "decimal"
-- analyses = "integer"

WITH valeurs AS (
  SELECT u.academie, sum(a.valeur) AS somme, count(a.valeur) AS comptees
  FROM appreciations a
  JOIN usages_academies u ON u.usage = a.usage
  WHERE NOT a.illustrative AND list_contains($critere, a.critere)
  GROUP BY u.academie
)
SELECT a.sujet AS academie, l.texte AS nom, quotient(v.somme, v.comptees) AS moyenne, coalesce(v.comptees, 0) AS analyses
FROM academies a
JOIN libelles l ON l.sujet = a.sujet AND l.langue = 'fr'
JOIN regions_academiques r ON r.sujet = a.sujet
LEFT JOIN valeurs v ON v.academie = a.sujet
ORDER BY nom, academie
