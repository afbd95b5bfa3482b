-- The teams with their parents, who was in which team between two days, and the targets of windows that end on some
-- days. Each comes as one value, so that a page needs one statement for all three.
SELECT
    (SELECT json_agg(json_build_array(id, parent_id)) FROM accounts_team),
    (
        SELECT json_agg(json_build_array(m.user_id, m.team_id, m.start, m."end", coalesce(p.track, 'AM')) ORDER BY m.id)
        FROM accounts_teammembership m
        JOIN accounts_user u ON u.id = m.user_id
        LEFT JOIN accounts_position p ON p.id = u.position_id
        WHERE m.role = ANY(%(roles)s) AND m.start <= %(last)s AND (m."end" IS NULL OR m."end" >= %(first)s)
    ),
    (
        SELECT json_agg(json_build_array(id, kind, user_id, team_id, first_day, last_day, value::text))
        FROM kpis_target
        WHERE (kind, last_day) IN (SELECT * FROM unnest(%(kinds)s::text[], %(days)s::date[]))
        AND (user_id IS NULL OR kind = ANY(%(added)s) OR user_id = ANY(%(people)s) OR %(people)s::bigint[] IS NULL)
    )
