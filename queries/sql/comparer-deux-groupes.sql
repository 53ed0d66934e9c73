-- [columns]
-- valeur = "iri"
-- libelle = "@langue"
-- premierProjets = "integer"
-- premierTotal = "integer"
-- secondProjets = "integer"
-- secondTotal = "integer"

WITH groupes AS (
  SELECT 1 AS cote, unnest($premier) AS groupe UNION ALL SELECT 2, unnest($second)
),
-- A group of levels, subjects, kinds or purposes has those below it too.
nommees AS (
  SELECT cote, groupe AS nommee FROM groupes
  UNION
  SELECT g.cote, e.precis FROM groupes g JOIN etages e ON e.large = g.groupe
  WHERE $facette[1] IN ('niveau', 'discipline', 'type_ia', 'finalite')
),
facettes AS (
  SELECT usage, academie AS valeur FROM usages_academies WHERE $facette[1] = 'academie'
  UNION ALL SELECT usage, region FROM usages_regions WHERE $facette[1] = 'region'
  UNION ALL SELECT usage, niveau FROM usages_niveaux WHERE $facette[1] = 'niveau'
  UNION ALL SELECT usage, discipline FROM usages_disciplines WHERE $facette[1] = 'discipline'
  UNION ALL SELECT usage, outil FROM usages_outils WHERE $facette[1] = 'outil'
  UNION ALL SELECT usage, type_ia FROM usages_types_ia WHERE $facette[1] = 'type_ia'
  UNION ALL SELECT usage, finalite FROM usages_finalites WHERE $facette[1] = 'finalite'
  UNION ALL SELECT usage, 'https://w3id.org/observatoire-ia/' || annee_scolaire FROM usages
    WHERE $facette[1] = 'annee_scolaire' AND annee_scolaire IS NOT NULL
),
membres AS (SELECT DISTINCT n.cote, f.usage FROM nommees n JOIN facettes f ON f.valeur = n.nommee),
totaux AS (
  SELECT count(*) FILTER (WHERE cote = 1) AS premierTotal, count(*) FILTER (WHERE cote = 2) AS secondTotal FROM membres
),
mesures AS (
  SELECT usage, principe AS dite FROM usages_principes WHERE $mesure[1] = 'principe' AND concerne
  UNION ALL SELECT usage, type_ia FROM usages_types_ia WHERE $mesure[1] = 'type_ia'
  UNION ALL SELECT usage, niveau FROM usages_niveaux WHERE $mesure[1] = 'niveau'
  UNION ALL SELECT usage, discipline FROM usages_disciplines WHERE $mesure[1] = 'discipline'
  UNION ALL SELECT usage, outil FROM usages_outils WHERE $mesure[1] = 'outil'
  UNION ALL SELECT usage, finalite FROM usages_finalites WHERE $mesure[1] = 'finalite'
),
dites AS (SELECT DISTINCT dite FROM mesures),
valeurs AS (
  SELECT dite, dite AS valeur FROM dites
  WHERE $mesure[1] <> 'principe' OR dite IN (SELECT sujet FROM schemas WHERE list_contains($instrument, objet))
  UNION
  SELECT e.precis, e.large FROM etages e JOIN dites d ON d.dite = e.precis
  WHERE $mesure[1] IN ('niveau', 'discipline', 'type_ia', 'finalite') AND e.large IN (SELECT dite FROM dites)
),
comptes AS (
  SELECT v.valeur, count(DISTINCT m.usage) FILTER (WHERE g.cote = 1) AS premierProjets,
    count(DISTINCT m.usage) FILTER (WHERE g.cote = 2) AS secondProjets
  FROM membres g
  JOIN mesures m ON m.usage = g.usage
  JOIN valeurs v ON v.dite = m.dite
  GROUP BY v.valeur
)
SELECT c.valeur, l.texte AS libelle, c.premierProjets, t.premierTotal, c.secondProjets, t.secondTotal
FROM comptes c
JOIN totaux t ON t.premierTotal >= $seuil[1]::BIGINT AND t.secondTotal >= $seuil[1]::BIGINT
LEFT JOIN libelles l ON l.sujet = c.valeur AND list_contains($langue, l.langue)
LEFT JOIN rangs r ON r.sujet = c.valeur
ORDER BY r.texte::BIGINT NULLS FIRST, c.premierProjets + c.secondProjets DESC, l.texte NULLS FIRST, c.valeur
