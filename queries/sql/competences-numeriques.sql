-- [columns]
-- competence = "iri"
-- code = "string"
-- libelle = "@langue"
-- projets = "integer"

WITH comptes AS (SELECT competence, count(DISTINCT usage) AS projets FROM usages_competences GROUP BY competence)
SELECT c.competence, n.texte AS code, l.texte AS libelle, c.projets
FROM comptes c
JOIN notations n ON n.sujet = c.competence
JOIN libelles l ON l.sujet = c.competence AND list_contains($langue, l.langue)
ORDER BY c.projets DESC, code, c.competence, libelle
