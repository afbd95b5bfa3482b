-- The least that windows can cost: opening and closing value by owner and month, over the rows that the engine reads.
WITH wins AS (
    SELECT first_day, last_day, first_day - 1 AS opening_day
    FROM unnest(%(first_days)s::date[], %(last_days)s::date[]) AS given (first_day, last_day)
),

rates AS (
    SELECT
        w.first_day, c.currency,
        CASE WHEN c.currency = %(currency)s THEN 1 ELSE (
            SELECT r.rate FROM contracts_exchangerate AS r
            WHERE r.currency = c.currency AND r.day <= w.opening_day ORDER BY r.day DESC LIMIT 1
        ) END AS opening_rate,
        CASE WHEN c.currency = %(currency)s THEN 1 ELSE (
            SELECT r.rate FROM contracts_exchangerate AS r
            WHERE r.currency = c.currency AND r.day <= w.last_day ORDER BY r.day DESC LIMIT 1
        ) END AS closing_rate
    FROM wins AS w CROSS JOIN (SELECT DISTINCT currency FROM contracts_valuesegment) AS c
),

ends AS (
    SELECT w.first_day, s.client_id, w.opening_day AS day, round(s.annual_value * r.opening_rate, 2) AS opening, 0 AS closing
    FROM wins AS w
    JOIN contracts_valuesegment AS s
        ON NOT s.paused AND s.first_day <= w.opening_day AND (s.last_day IS NULL OR s.last_day >= w.opening_day)
    JOIN rates AS r ON r.first_day = w.first_day AND r.currency = s.currency
    UNION ALL
    SELECT w.first_day, s.client_id, w.last_day, 0, round(s.annual_value * r.closing_rate, 2)
    FROM wins AS w
    JOIN contracts_valuesegment AS s
        ON NOT s.paused AND s.first_day <= w.last_day AND (s.last_day IS NULL OR s.last_day >= w.last_day)
    JOIN rates AS r ON r.first_day = w.first_day AND r.currency = s.currency
)

SELECT e.first_day, c.role, c.user_id, sum(e.opening), sum(e.closing)
FROM ends AS e
JOIN kpis_credit AS c
    ON c.client_id = e.client_id AND c.first_day <= e.day AND (c.last_day IS NULL OR c.last_day >= e.day)
GROUP BY e.first_day, c.role, c.user_id
