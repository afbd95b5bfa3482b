-- Follows movements.sql: the clients behind one scope of one window; each column adds up to the scope's sum.
SELECT x.client_id, {columns}
FROM (
    SELECT client_id, measure, amount FROM credited
    WHERE amount <> 0 AND (
        %(scope)s = 'company'
        OR (%(scope)s = 'user' AND user_id = %(user)s) OR (%(scope)s = 'unassigned' AND user_id IS NULL)
        OR (%(scope)s = 'team' AND team_id = ANY(%(teams)s::bigint[])) OR (%(scope)s = 'no_team' AND team_id IS NULL)
    )
    UNION ALL
    SELECT client_id, measure, amount FROM transfers
    WHERE scope = %(scope)s
        AND user_id IS NOT DISTINCT FROM %(user)s::bigint AND (team_id IS NULL OR team_id = ANY(%(teams)s::bigint[]))
) AS x
GROUP BY x.client_id
