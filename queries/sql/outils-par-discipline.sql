-- [columns]
-- outil = "iri"
-- nom = "@langue"
-- discipline = "iri"
-- disciplineLibelle = "@langue"
-- projets = "integer"

WITH nommees AS (
  SELECT precis, large FROM etages
  WHERE precis IN (SELECT discipline FROM usages_disciplines) AND large IN (SELECT discipline FROM usages_disciplines)
    AND ($discipline::VARCHAR[] IS NULL OR list_contains($discipline::VARCHAR[], large))
),
comptes AS (
  SELECT o.outil, n.large AS discipline, count(DISTINCT o.usage) AS projets
  FROM usages_disciplines d
  JOIN nommees n ON n.precis = d.discipline
  JOIN usages_outils o ON o.usage = d.usage
  GROUP BY o.outil, n.large
)
SELECT c.outil, nom.texte AS nom, c.discipline, l.texte AS disciplineLibelle, c.projets
FROM comptes c
JOIN libelles nom ON nom.sujet = c.outil AND list_contains($langue, nom.langue)
LEFT JOIN libelles l ON l.sujet = c.discipline AND list_contains($langue, l.langue)
ORDER BY c.projets DESC, c.outil, c.discipline, nom.texte, l.texte
