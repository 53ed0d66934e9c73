-- [columns]
-- discipline = "iri"
-- disciplineLibelle = "@langue"
-- principe = "iri"
-- projets = "integer"

WITH nommees AS (
  SELECT precis, large FROM etages
  WHERE precis IN (SELECT discipline FROM usages_disciplines) AND large IN (SELECT discipline FROM usages_disciplines)
),
principes AS (
  SELECT DISTINCT usage, principe FROM usages_principes
  WHERE concerne AND principe IN (SELECT sujet FROM schemas WHERE list_contains($instrument, objet))
),
comptes AS (
  SELECT n.large AS discipline, p.principe, count(DISTINCT d.usage) AS projets
  FROM usages_disciplines d
  JOIN nommees n ON n.precis = d.discipline
  JOIN principes p ON p.usage = d.usage
  GROUP BY n.large, p.principe
)
SELECT c.discipline, l.texte AS disciplineLibelle, c.principe, c.projets
FROM comptes c
LEFT JOIN libelles l ON l.sujet = c.discipline AND list_contains($langue, l.langue)
ORDER BY l.texte NULLS FIRST, c.projets DESC, c.principe, c.discipline
