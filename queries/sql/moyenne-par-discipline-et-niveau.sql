-- [columns]
-- discipline = "iri"
-- disciplineLibelle = "@langue"
-- niveau = "iri"
-- niveauLibelle = "@langue"
-- illustrative = "boolean"
-- moyenne = "decimal"
-- analyses = "integer"
-- empechement = "iri"
-- empechementLibelle = "@langue"

WITH valeurs AS (
  SELECT a.critere, d.discipline, n.niveau,
    count(*) FILTER (WHERE NOT a.illustrative) AS reelles, count(*) FILTER (WHERE a.illustrative) AS illustrees,
    sum(a.valeur) FILTER (WHERE NOT a.illustrative) AS rs, sum(a.valeur) FILTER (WHERE a.illustrative) AS "is"
  FROM appreciations a
  JOIN usages_disciplines d ON d.usage = a.usage
  JOIN usages_niveaux n ON n.usage = a.usage
  WHERE a.valeur IS NOT NULL AND list_contains($critere, a.critere)
  GROUP BY a.critere, d.discipline, n.niveau
),
sujets AS (
  SELECT v.*, q.illustrative, g.objet AS grille,
    CASE WHEN q.illustrative THEN v.illustrees ELSE v.reelles END AS analyses,
    CASE WHEN q.illustrative THEN v."is" ELSE v.rs END AS somme
  FROM valeurs v
  CROSS JOIN (VALUES (false), (true)) q(illustrative)
  JOIN dans_dimension c ON c.sujet = v.critere
  JOIN dans_grille g ON g.sujet = c.objet
  WHERE CASE WHEN list_contains($illustrations, 'oui')
    THEN CASE WHEN q.illustrative THEN v.illustrees > 0 ELSE v.reelles > 0 OR v.illustrees = 0 END
    ELSE NOT q.illustrative END
),
empechements AS (
  SELECT e.sujet AS empechement, p.objet AS grille, l.texte
  FROM effets e
  JOIN par_grille p ON p.sujet = e.sujet
  JOIN libelles l ON l.sujet = e.sujet AND list_contains($langue, l.langue)
  WHERE e.texte = 'illustration'
)
SELECT s.discipline, ld.texte AS disciplineLibelle, s.niveau, ln.texte AS niveauLibelle, s.illustrative,
  quotient(s.somme, s.analyses) AS moyenne, s.analyses, e.empechement, e.texte AS empechementLibelle
FROM sujets s
LEFT JOIN libelles ld ON ld.sujet = s.discipline AND list_contains($langue, ld.langue)
LEFT JOIN libelles ln ON ln.sujet = s.niveau AND list_contains($langue, ln.langue)
LEFT JOIN empechements e ON e.grille = s.grille AND NOT s.illustrative AND s.reelles = 0
ORDER BY ld.texte NULLS FIRST, ln.texte NULLS FIRST, s.illustrative, s.discipline, s.niveau, e.empechement
