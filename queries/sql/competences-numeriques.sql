-- [columns]
-- competence = "iri"
-- code = "string"
-- libelle = "@langue"
-- projets = "integer"

SELECT c.competence, n.texte AS code, l.texte AS libelle, count(DISTINCT c.usage) AS projets
FROM usages_competences c
JOIN notations n ON n.sujet = c.competence
JOIN libelles l ON l.sujet = c.competence AND list_contains($langue, l.langue)
GROUP BY c.competence, n.texte, l.texte
ORDER BY projets DESC, code, competence, libelle
