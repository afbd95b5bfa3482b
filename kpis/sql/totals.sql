-- Follows movements.sql: one row per window, role, scope and measure; {columns} turns measures into columns.
, owned AS (
    SELECT win, role, user_id, team_id, measure, sum(amount) AS amount
    FROM credited WHERE amount <> 0 GROUP BY win, role, user_id, team_id, measure
),

scoped AS (  -- company, people and teams from the same rows, so that each partition adds up to the company
    SELECT o.win, o.role, s.scope, s.user_id, s.team_id, o.measure, o.amount
    FROM owned AS o
    CROSS JOIN LATERAL (VALUES
        ('company', NULL::bigint, NULL::bigint),
        (CASE WHEN o.user_id IS NULL THEN 'unassigned' ELSE 'user' END, o.user_id, NULL),
        (CASE WHEN o.team_id IS NULL THEN 'no_team' ELSE 'team' END, NULL, o.team_id)
    ) AS s (scope, user_id, team_id)
    UNION ALL
    SELECT win, role, scope, user_id, team_id, measure, amount FROM transfers
    UNION ALL
    SELECT win, role, 'company', NULL, NULL, 'nothing', 0 FROM wins CROSS JOIN unnest(%(roles)s::text[]) AS r (role)
),

totals AS (
    SELECT win, role, scope, user_id, team_id, measure, sum(amount) AS amount
    FROM scoped GROUP BY win, role, scope, user_id, team_id, measure
)

SELECT w.kind, w.first_day, w.last_day, t.role, t.scope, t.user_id, t.team_id, {columns}
FROM totals AS t JOIN wins AS w USING (win)
GROUP BY w.kind, w.first_day, w.last_day, t.role, t.scope, t.user_id, t.team_id
