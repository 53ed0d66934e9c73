-- [columns]
-- critere = "iri"
-- libelle = "@langue"
-- illustrative = "boolean"
-- nonRenseigne = "integer"
-- empechement = "iri"
-- empechementLibelle = "@langue"

WITH criteres AS (
  SELECT DISTINCT d.sujet AS critere, g.objet AS grille
  FROM dans_dimension d JOIN dans_grille g ON g.sujet = d.objet
  WHERE list_contains($grille, g.objet)
),
comptes AS (
  SELECT critere, count(*) FILTER (WHERE NOT illustrative) AS reelles,
    count(*) FILTER (WHERE tu AND NOT illustrative) AS r, count(*) FILTER (WHERE tu AND illustrative) AS i
  FROM (
    SELECT critere, illustrative, echelon = 'https://w3id.org/observatoire-ia/echelon/non-renseigne' AS tu FROM appreciations
  )
  GROUP BY critere
),
sujets AS (
  SELECT c.critere, c.grille, q.illustrative, CASE WHEN q.illustrative THEN n.i ELSE n.r END AS compte,
    NOT q.illustrative AND n.reelles = 0 AND n.i > 0 AND NOT list_contains($illustrations, 'oui') AS seules
  FROM criteres c
  JOIN comptes n ON n.critere = c.critere
  CROSS JOIN (VALUES (false), (true)) q(illustrative)
),
empechements AS (
  SELECT e.sujet AS empechement, p.objet AS grille, l.texte
  FROM effets e
  JOIN par_grille p ON p.sujet = e.sujet
  JOIN preferes l ON l.sujet = e.sujet AND list_contains($langue, l.langue)
  WHERE e.texte = 'illustration'
)
SELECT s.critere, l.texte AS libelle, s.illustrative, CASE WHEN NOT s.seules THEN s.compte END AS nonRenseigne,
  e.empechement, e.texte AS empechementLibelle
FROM sujets s
JOIN libelles l ON l.sujet = s.critere AND list_contains($langue, l.langue)
LEFT JOIN empechements e ON s.seules AND e.grille = s.grille
WHERE s.seules OR (s.compte > 0 AND (NOT s.illustrative OR list_contains($illustrations, 'oui')))
ORDER BY nonRenseigne DESC NULLS LAST, s.critere, s.illustrative, s.grille, e.empechement
