-- version = 2
-- [columns]
-- critere = "iri"
-- libelle = "@langue"
-- illustrative = "boolean"
-- moyenne = "decimal"
-- analyses = "integer"
-- sansValeur = "integer"
-- empechement = "iri"
-- empechementLibelle = "@langue"

WITH criteres AS (
  SELECT DISTINCT d.sujet AS critere, g.objet AS grille
  FROM dans_dimension d JOIN dans_grille g ON g.sujet = d.objet
  WHERE list_contains($grille, g.objet)
),
comptes AS (
  SELECT critere, illustrative, count(*) AS toutes, count(valeur) AS valuees, sum(valeur) AS somme
  FROM appreciations GROUP BY critere, illustrative
),
sujets AS (
  SELECT c.critere, c.grille, q.illustrative, coalesce(n.toutes, 0) AS toutes, coalesce(n.valuees, 0) AS valuees, n.somme,
    coalesce(r.toutes, 0) AS reelles, coalesce(i.toutes, 0) AS illustrees
  FROM criteres c
  CROSS JOIN (VALUES (false), (true)) q(illustrative)
  LEFT JOIN comptes n ON n.critere = c.critere AND n.illustrative = q.illustrative
  LEFT JOIN comptes r ON r.critere = c.critere AND NOT r.illustrative
  LEFT JOIN comptes i ON i.critere = c.critere AND i.illustrative
),
montres AS (
  SELECT * FROM sujets
  WHERE CASE WHEN list_contains($illustrations, 'oui')
    THEN CASE WHEN illustrative THEN illustrees > 0 ELSE reelles > 0 OR illustrees = 0 END
    ELSE NOT illustrative END
),
empechements AS (
  SELECT e.sujet AS empechement, p.objet AS grille, l.texte
  FROM effets e
  JOIN par_grille p ON p.sujet = e.sujet
  JOIN libelles l ON l.sujet = e.sujet AND list_contains($langue, l.langue)
  WHERE e.texte = 'illustration'
)
SELECT m.critere, l.texte AS libelle, m.illustrative, quotient(m.somme, m.valuees) AS moyenne, m.valuees AS analyses,
  m.toutes - m.valuees AS sansValeur, e.empechement, e.texte AS empechementLibelle
FROM montres m
JOIN libelles l ON l.sujet = m.critere AND list_contains($langue, l.langue)
LEFT JOIN empechements e
  ON e.grille = m.grille AND NOT m.illustrative AND m.reelles = 0 AND m.illustrees > 0
ORDER BY m.critere, m.illustrative, m.grille, e.empechement
