-- What every client contributes to every sum of some windows (kpis.md K1 to K8), and whose credit it is (R7).
--
-- Parameters: kinds, first_days, last_days (the windows), roles, clients (NULL = all), by_client (keep clients apart),
-- as_of (decides what is pending), currency (the reporting currency). `totals.sql` or `clients.sql` follows and adds up `credited` and
-- `transfers`.
-- The result is long: a row per measure and amount; `missing_fx` is a measure that makes the money of its scope
-- unknown (R4).
WITH wins AS (  -- R1: opening = close of the day before
    SELECT win, kind, first_day, last_day, first_day - 1 AS opening_day
    FROM unnest(%(kinds)s::text[], %(first_days)s::date[], %(last_days)s::date[])
        WITH ORDINALITY AS given (kind, first_day, last_day, win)
),

rates AS (  -- R4: the latest on or before the day, none = NULL
    SELECT
        w.win,
        c.currency,
        CASE WHEN c.currency = %(currency)s THEN 1 ELSE opening.rate END AS opening_rate,
        CASE WHEN c.currency = %(currency)s THEN 1 ELSE closing.rate END AS closing_rate
    FROM wins AS w
    CROSS JOIN (
        SELECT DISTINCT currency FROM contracts_valuesegment
        WHERE %(clients)s::bigint[] IS NULL OR client_id = ANY(%(clients)s)
    ) AS c
    LEFT JOIN LATERAL (
        SELECT r.rate FROM contracts_exchangerate AS r
        WHERE r.currency = c.currency AND r.day <= w.opening_day ORDER BY r.day DESC LIMIT 1
    ) AS opening ON TRUE
    LEFT JOIN LATERAL (
        SELECT r.rate FROM contracts_exchangerate AS r
        WHERE r.currency = c.currency AND r.day <= w.last_day ORDER BY r.day DESC LIMIT 1
    ) AS closing ON TRUE
),

priced AS (  -- R3: each line converted and rounded once; R6: paused lines count 0, `contracted` ignores pauses (K8)
    SELECT
        w.win,
        s.client_id,
        s.family,
        s.first_day,
        s.last_day,
        s.first_day < w.first_day AS at_opening,
        s.last_day IS NULL OR s.last_day >= w.last_day AS at_closing,
        r.opening_rate IS NULL AS missing,
        round(s.annual_value * r.opening_rate, 2) AS contracted,
        CASE WHEN s.paused THEN 0 ELSE round(s.annual_value * r.opening_rate, 2) END AS value,
        CASE WHEN s.paused THEN 0 ELSE round(s.annual_value * r.closing_rate, 2) END AS closing_value
    FROM wins AS w
    JOIN contracts_valuesegment AS s
        ON s.first_day <= w.last_day AND (s.last_day IS NULL OR s.last_day >= w.opening_day)
    JOIN rates AS r ON r.win = w.win AND r.currency = s.currency
    WHERE %(clients)s::bigint[] IS NULL OR s.client_id = ANY(%(clients)s)
),

activity AS (  -- section 2: the spans that touch a window
    SELECT
        w.win,
        a.client_id,
        a.nth = 1 AS is_first,
        a.first_day,
        a.last_day,
        a.first_day < w.first_day AS at_opening,
        a.last_day IS NULL OR a.last_day >= w.last_day AS at_closing
    FROM wins AS w
    JOIN (
        SELECT *, row_number() OVER (PARTITION BY client_id ORDER BY first_day) AS nth FROM contracts_activespan
    ) AS a ON a.first_day <= w.last_day AND (a.last_day IS NULL OR a.last_day >= w.opening_day)
    WHERE %(clients)s::bigint[] IS NULL OR a.client_id = ANY(%(clients)s)
),

stocks AS (  -- each active client at the two ends of a window; kept_value is the closing at the opening rate
    SELECT
        a.win,
        a.client_id,
        a.at_opening,
        a.at_closing,
        a.last_active_day,
        coalesce(p.opening_value, 0) AS opening_value,
        coalesce(p.kept_value, 0) AS kept_value,
        coalesce(p.closing_value, 0) AS closing_value,
        coalesce(p.missing_opening, FALSE) AS missing_opening,
        coalesce(p.missing_closing, FALSE) AS missing_closing
    FROM (
        SELECT
            win,
            client_id,
            bool_or(at_opening) AS at_opening,
            bool_or(at_closing) AS at_closing,
            max(last_day) AS last_active_day
        FROM activity GROUP BY win, client_id
    ) AS a
    LEFT JOIN (
        SELECT
            win,
            client_id,
            sum(value) FILTER (WHERE at_opening) AS opening_value,
            sum(value) FILTER (WHERE at_closing) AS kept_value,
            sum(closing_value) FILTER (WHERE at_closing) AS closing_value,
            bool_or(missing) FILTER (WHERE at_opening) AS missing_opening,
            bool_or(missing) FILTER (WHERE at_closing) AS missing_closing
        FROM priced GROUP BY win, client_id
    ) AS p USING (win, client_id)
),

family_changes AS (  -- what starts on a day minus what ended the day before, per product family
    SELECT
        win,
        client_id,
        day,
        family,
        sum(value) AS change,
        sum(contracted) AS contracted,
        bool_or(missing) AS missing
    FROM (
        SELECT win, client_id, first_day AS day, family, value, contracted, missing
        FROM priced WHERE NOT at_opening
        UNION ALL
        SELECT win, client_id, last_day + 1, family, -value, -contracted, missing
        FROM priced WHERE NOT at_closing
    ) AS edges
    GROUP BY win, client_id, day, family
),

changes AS (  -- K8: more of a family held the day before is upsell, of another cross-sell; all families netted (K4)
    SELECT
        f.win,
        f.client_id,
        f.day,
        coalesce(sum(f.change), 0) AS change,
        coalesce(sum(f.change - f.contracted), 0) AS resumed,
        coalesce(sum(f.contracted) FILTER (WHERE f.contracted > 0 AND f.is_held), 0) AS upsell,
        coalesce(sum(f.contracted) FILTER (WHERE f.contracted > 0 AND NOT f.is_held), 0) AS cross_sell,
        coalesce(sum(-f.contracted) FILTER (WHERE f.contracted < 0), 0) AS downsell,
        bool_or(f.missing) AS missing
    FROM (
        SELECT *, contracted > 0 AND EXISTS (
            SELECT FROM contracts_valuesegment AS s
            WHERE s.client_id = family_changes.client_id AND s.family = family_changes.family
                AND s.first_day < family_changes.day
                AND (s.last_day IS NULL OR s.last_day >= family_changes.day - 1)
        ) AS is_held
        FROM family_changes OFFSET 0  -- a fence: the planner would look twice for each row
    ) AS f
    GROUP BY f.win, f.client_id, f.day
),

decisions AS (  -- K5: terms that end in the window; values at the opening rate, line by line, pauses ignored
    SELECT
        w.win,
        t.client_id,
        t.last_day AS owner_day,
        t.outcome,
        coalesce(due.value, 0) AS due,
        CASE WHEN t.outcome = 'renewed' THEN coalesce(renewed.value, 0) ELSE 0 END AS renewed,
        due.missing OR (t.outcome = 'renewed' AND renewed.missing) AS missing
    FROM wins AS w
    JOIN (
        SELECT
            *,
            coalesce(successor_id, contract_id) AS next_contract_id,
            coalesce(successor_start, last_day + 1) AS next_day,
            CASE
                WHEN rolls_over OR successor_start <= last_day_of_grace + 1 THEN 'renewed'
                WHEN %(as_of)s <= last_day_of_grace AND notice_on IS NULL AND terminated_on IS NULL THEN 'pending'
                ELSE 'lost'
            END AS outcome
        FROM contracts_contractterm
        WHERE value_due > 0
    ) AS t ON t.last_day BETWEEN w.first_day AND w.last_day
    CROSS JOIN LATERAL (
        SELECT
            sum(round(s.annual_value * r.opening_rate, 2)) AS value,
            coalesce(bool_or(r.opening_rate IS NULL), FALSE) AS missing
        FROM contracts_valuesegment AS s JOIN rates AS r ON r.win = w.win AND r.currency = s.currency
        WHERE s.contract_id = t.contract_id AND s.first_day <= least(t.last_day, t.next_day - 1)
            AND (s.last_day IS NULL OR s.last_day >= least(t.last_day, t.next_day - 1))
    ) AS due
    CROSS JOIN LATERAL (
        SELECT
            sum(round(s.annual_value * r.opening_rate, 2)) AS value,
            coalesce(bool_or(r.opening_rate IS NULL), FALSE) AS missing
        FROM contracts_valuesegment AS s JOIN rates AS r ON r.win = w.win AND r.currency = s.currency
        WHERE s.contract_id = t.next_contract_id AND s.first_day <= t.next_day
            AND (s.last_day IS NULL OR s.last_day >= t.next_day)
    ) AS renewed
    WHERE %(clients)s::bigint[] IS NULL OR t.client_id = ANY(%(clients)s)
),

answers AS (  -- R1: the Jakarta day of the answer
    SELECT w.win, a.*, s.kind, (a.answered_at AT TIME ZONE 'Asia/Jakarta')::date AS day
    FROM wins AS w
    JOIN clients_answer AS a
        ON a.answered_at >= w.first_day::timestamp AT TIME ZONE 'Asia/Jakarta'
        AND a.answered_at < (w.last_day + 1)::timestamp AT TIME ZONE 'Asia/Jakarta'
    JOIN clients_survey AS s ON s.id = a.survey_id
    WHERE %(clients)s::bigint[] IS NULL OR a.client_id = ANY(%(clients)s)
),

votes AS (  -- K7: the latest answer of each contact; without a contact each answer is a vote
    SELECT DISTINCT ON (win, client_id, coalesce(contact_id, -id)) win, client_id, day, score
    FROM answers WHERE kind = 'nps'
    ORDER BY win, client_id, coalesce(contact_id, -id), answered_at DESC, id DESC
),

credits AS (
    SELECT * FROM kpis_credit
    WHERE role = ANY(%(roles)s) AND (%(clients)s::bigint[] IS NULL OR client_id = ANY(%(clients)s))
),

held AS (  -- R7: who holds an active client in the window: at its opening, at its closing, on the day of the outcome
    SELECT
        s.*, c.role, c.user_id, c.team_id,
        s.at_opening AND c.first_day <= w.opening_day AS opens,
        s.at_closing AND (c.last_day IS NULL OR c.last_day >= w.last_day) AS closes,
        s.at_opening AND c.first_day <= outcome.day AND (c.last_day IS NULL OR c.last_day >= outcome.day) AS owns_outcome
    FROM stocks AS s
    JOIN wins AS w USING (win)
    JOIN credits AS c ON c.client_id = s.client_id
        AND c.first_day <= w.last_day AND (c.last_day IS NULL OR c.last_day >= w.opening_day)
    CROSS JOIN LATERAL (SELECT CASE WHEN s.at_closing THEN w.last_day ELSE s.last_active_day END AS day) AS outcome
),

holdings AS (  -- stocks (R7), the gap between closing at the closing and at the opening rate (R4), cohorts (K1 to K3)
    SELECT
        win, role, user_id, team_id, CASE WHEN %(by_client)s THEN client_id END AS client_id,
        count(*) FILTER (WHERE opens) AS opening_clients,
        sum(opening_value) FILTER (WHERE opens) AS opening_arr,
        count(*) FILTER (WHERE closes) AS closing_clients,
        sum(closing_value) FILTER (WHERE closes) AS closing_arr,
        sum(closing_value - kept_value) FILTER (WHERE closes) AS fx_arr,
        count(*) FILTER (WHERE owns_outcome) AS cohort_clients,
        count(*) FILTER (WHERE owns_outcome AND at_closing) AS retained_clients,
        sum(opening_value) FILTER (WHERE owns_outcome) AS cohort_opening_arr,
        sum(least(opening_value, kept_value)) FILTER (WHERE owns_outcome) AS cohort_kept_arr,
        sum(kept_value) FILTER (WHERE owns_outcome AND opening_value > 0) AS cohort_closing_arr,
        count(*) FILTER (WHERE missing_opening AND (opens OR owns_outcome) OR missing_closing AND (closes OR owns_outcome)) AS missing
    FROM held GROUP BY 1, 2, 3, 4, 5
),

events AS (  -- owner_day: whose credit it is
    -- K4, inactive -> active; R7: the owner on the day
    SELECT a.win, a.client_id, a.first_day AS owner_day, m.measure, m.amount
    FROM activity AS a
    LEFT JOIN changes AS c ON c.win = a.win AND c.client_id = a.client_id AND c.day = a.first_day
    CROSS JOIN LATERAL (VALUES
        (CASE WHEN a.is_first THEN 'new_arr' ELSE 'reactivation_arr' END, c.change),
        (CASE WHEN a.is_first THEN 'new_clients' ELSE 'reactivated_clients' END, 1),
        ('missing_fx', c.missing::int)
    ) AS m (measure, amount)
    WHERE NOT a.at_opening
    UNION ALL
    -- K4, active -> inactive; R7: the owner at the close of the day before
    SELECT a.win, a.client_id, a.last_day, m.measure, m.amount
    FROM activity AS a
    LEFT JOIN changes AS c ON c.win = a.win AND c.client_id = a.client_id AND c.day = a.last_day + 1
    CROSS JOIN LATERAL (VALUES
        ('churn_arr', -c.change), ('churned_clients', 1), ('missing_fx', c.missing::int)
    ) AS m (measure, amount)
    WHERE NOT a.at_closing
    UNION ALL
    -- K4, K8, active -> active; R7: the owner at the close of the day before
    SELECT c.win, c.client_id, c.day - 1, m.measure, m.amount
    FROM changes AS c
    JOIN activity AS a ON a.win = c.win AND a.client_id = c.client_id
        AND a.first_day < c.day AND (a.last_day IS NULL OR a.last_day >= c.day)
    CROSS JOIN LATERAL (VALUES
        ('expansion_arr', greatest(c.change, 0)), ('contraction_arr', greatest(-c.change, 0)),
        ('upsell_arr', c.upsell), ('cross_sell_arr', c.cross_sell), ('downsell_arr', c.downsell),
        ('resumed_arr', greatest(c.resumed, 0)), ('paused_arr', greatest(-c.resumed, 0)),
        ('missing_fx', c.missing::int)
    ) AS m (measure, amount)
    UNION ALL
    -- K5; R7: the owner on the scheduled end day
    SELECT d.win, d.client_id, d.owner_day, m.measure, m.amount
    FROM decisions AS d CROSS JOIN LATERAL (VALUES
        ('renewals_due', 1), ('renewals_renewed', (d.outcome = 'renewed')::int),
        ('renewals_lost', (d.outcome = 'lost')::int), ('renewal_due_arr', d.due),
        ('renewal_kept_arr', least(d.due, d.renewed)), ('renewal_new_arr', d.renewed),
        ('missing_fx', d.missing::int)
    ) AS m (measure, amount)
    WHERE d.outcome <> 'pending'
    UNION ALL
    SELECT win, client_id, owner_day, 'renewals_pending', 1 FROM decisions WHERE outcome = 'pending'
    UNION ALL
    -- K6, K7; R7: the owner on the day of the answer
    SELECT
        win, client_id, day,
        CASE WHEN score >= 9 THEN 'nps_promoters' WHEN score >= 7 THEN 'nps_passives' ELSE 'nps_detractors' END, 1
    FROM votes
    UNION ALL
    SELECT a.win, a.client_id, a.day, m.measure, m.amount
    FROM answers AS a CROSS JOIN LATERAL (VALUES
        ('csat_n', 1), ('csat_satisfied', (a.score >= 4)::int), ('csat_sum', a.score)
    ) AS m (measure, amount)
    WHERE a.kind = 'csat'
),

credited AS (
    SELECT h.win, h.role, h.user_id, h.team_id, h.client_id, m.measure, m.amount
    FROM holdings AS h CROSS JOIN LATERAL (VALUES
        ('opening_clients', h.opening_clients), ('opening_arr', h.opening_arr),
        ('closing_clients', h.closing_clients), ('closing_arr', h.closing_arr), ('fx_arr', h.fx_arr),
        ('cohort_clients', h.cohort_clients), ('retained_clients', h.retained_clients),
        ('cohort_opening_arr', h.cohort_opening_arr), ('cohort_kept_arr', h.cohort_kept_arr),
        ('cohort_closing_arr', h.cohort_closing_arr), ('missing_fx', h.missing)
    ) AS m (measure, amount)
    UNION ALL
    SELECT e.win, c.role, c.user_id, c.team_id, e.client_id, e.measure, e.amount
    FROM events AS e
    JOIN credits AS c ON c.client_id = e.client_id
        AND c.first_day <= e.owner_day AND (c.last_day IS NULL OR c.last_day >= e.owner_day)
    WHERE e.amount <> 0
    UNION ALL
    -- R4: whoever holds a currency without a rate on any day of the window
    SELECT p.win, c.role, c.user_id, c.team_id, p.client_id, 'missing_fx', 1
    FROM priced AS p
    JOIN wins AS w USING (win)
    JOIN credits AS c ON c.client_id = p.client_id
        AND c.first_day <= least(p.last_day, w.last_day)
        AND (c.last_day IS NULL OR c.last_day >= greatest(p.first_day, w.opening_day))
    WHERE p.missing
),

handovers AS (  -- R7: a client active on both days moves at its value on the day
    SELECT
        w.win, new.role, new.client_id,
        old.user_id AS old_user_id, new.user_id, old.team_id AS old_team_id, new.team_id,
        coalesce(sum(p.value), 0) AS value,
        coalesce(bool_or(p.missing), FALSE) AS missing
    FROM wins AS w
    JOIN credits AS new ON new.first_day BETWEEN w.first_day AND w.last_day
    JOIN credits AS old
        ON old.client_id = new.client_id AND old.role = new.role AND old.last_day = new.first_day - 1
    JOIN activity AS a ON a.win = w.win AND a.client_id = new.client_id
        AND a.first_day < new.first_day AND (a.last_day IS NULL OR a.last_day >= new.first_day)
    LEFT JOIN priced AS p ON p.win = w.win AND p.client_id = new.client_id
        AND p.first_day <= new.first_day AND (p.last_day IS NULL OR p.last_day >= new.first_day)
    GROUP BY w.win, new.role, new.client_id, new.first_day, old.user_id, new.user_id, old.team_id, new.team_id
),

transfers AS (  -- between people and between teams; never for the company
    SELECT h.win, h.role, t.scope, t.user_id, t.team_id, h.client_id, m.measure, m.amount
    FROM handovers AS h
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN side.user_id IS NULL THEN 'unassigned' ELSE 'user' END AS scope,
            side.user_id, NULL::bigint AS team_id, side.direction
        FROM (VALUES ('in', h.user_id), ('out', h.old_user_id)) AS side (direction, user_id)
        WHERE h.user_id IS DISTINCT FROM h.old_user_id
        UNION ALL
        SELECT
            CASE WHEN side.team_id IS NULL THEN 'no_team' ELSE 'team' END,
            NULL, side.team_id, side.direction
        FROM (VALUES ('in', h.team_id), ('out', h.old_team_id)) AS side (direction, team_id)
        WHERE h.team_id IS DISTINCT FROM h.old_team_id
    ) AS t
    CROSS JOIN LATERAL (VALUES
        ('transfer_' || t.direction || '_arr', h.value), ('transfer_' || t.direction || '_clients', 1),
        ('missing_fx', h.missing::int)
    ) AS m (measure, amount)
    WHERE m.amount <> 0
)
