-- Pairs of clients that share a key, with all their reasons; see duplicates.py, which fills in
-- whose pairs are asked for: the clients that somebody may see.
WITH
seen AS MATERIALIZED (
    SELECT id, lower(legal_name) AS name, name_key, npwp FROM clients_client WHERE id IN ({visible})
),
domains AS MATERIALIZED (
    SELECT DISTINCT client_id, lower(split_part(email, '@', 2)) AS domain FROM clients_contact WHERE email <> ''
),
own_domains AS (
    SELECT domain FROM domains WHERE domain <> ALL(%s) GROUP BY domain HAVING count(*) BETWEEN 2 AND %s
),
keys (client, reason, key) AS (
    SELECT id, '1', lpad(npwp, 16, '0') FROM seen WHERE npwp <> ''
    UNION ALL
    SELECT id, '2', name_key FROM seen WHERE name_key <> ''
    UNION ALL
    SELECT client_id, '3', domain FROM domains JOIN own_domains USING (domain) JOIN seen ON seen.id = client_id
),
ranked AS MATERIALIZED (
    SELECT client, reason, key,
           row_number() OVER same AS place, count(*) OVER (PARTITION BY reason, key) AS alike
    FROM keys WINDOW same AS (PARTITION BY reason, key ORDER BY client)
),
pairs AS (
    SELECT one.client AS one, other.client AS other, array_agg(DISTINCT reason) AS reasons
    FROM (SELECT * FROM ranked WHERE alike > 1 AND place <= %s) AS one
    JOIN (SELECT * FROM ranked WHERE alike > 1 AND place <= %s) AS other USING (reason, key)
    WHERE one.client < other.client
    GROUP BY one.client, other.client
)
SELECT pairs.one, pairs.other, pairs.reasons
FROM pairs JOIN seen ON seen.id = pairs.one
WHERE NOT EXISTS (
    SELECT FROM clients_notduplicate told
    WHERE (told.one_id, told.other_id) IN ((pairs.one, pairs.other), (pairs.other, pairs.one))
)
ORDER BY pairs.reasons[1], cardinality(pairs.reasons) DESC, seen.name, pairs.one, pairs.other
