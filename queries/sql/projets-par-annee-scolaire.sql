-- [columns]
-- anneeScolaire = "string"
-- projets = "integer"

SELECT annee_scolaire AS anneeScolaire, count(*) AS projets
FROM usages
GROUP BY annee_scolaire
ORDER BY annee_scolaire NULLS FIRST
