-- Clients of the trees that a person leads or directs on a day; see access.led.
WITH RECURSIVE
asked (person, day) AS (VALUES (%s::bigint, %s::date)),
posts AS (
    SELECT team_id, role FROM accounts_teammembership
    WHERE user_id = (SELECT person FROM asked) AND role IN ('lead', 'director')
      AND start <= (SELECT day FROM asked) AND ("end" IS NULL OR "end" >= (SELECT day FROM asked))
),
tree AS (
    SELECT team_id AS id FROM posts
    UNION SELECT team.id FROM accounts_team team JOIN tree ON team.parent_id = tree.id
),
here AS (
    SELECT user_id, start, "end" FROM accounts_teammembership
    WHERE team_id IN (SELECT id FROM tree) AND role IN ('member', 'lead')
),
owning AS (SELECT client_id, user_id, start, "end" FROM clients_assignment WHERE role IN ('AM', 'AE')),
owned AS (
    SELECT * FROM owning
    WHERE start <= (SELECT day FROM asked) AND ("end" IS NULL OR "end" >= (SELECT day FROM asked))
),
last_owned AS (
    SELECT past.* FROM owning past
    WHERE past."end" < (SELECT day FROM asked)
      AND past.client_id NOT IN (SELECT client_id FROM owned)
      AND NOT EXISTS (
          SELECT FROM owning later
          WHERE later.client_id = past.client_id
            AND later."end" > past."end" AND later."end" < (SELECT day FROM asked)
      )
)
SELECT owned.client_id FROM owned JOIN here ON here.user_id = owned.user_id
WHERE here.start <= (SELECT day FROM asked) AND (here."end" IS NULL OR here."end" >= (SELECT day FROM asked))
UNION ALL
SELECT last_owned.client_id FROM last_owned JOIN here ON here.user_id = last_owned.user_id
WHERE here.start <= last_owned."end" AND (here."end" IS NULL OR here."end" >= last_owned."end")
UNION ALL
SELECT client.id FROM clients_client client
WHERE NOT EXISTS (
      SELECT FROM owning WHERE owning.client_id = client.id AND owning.start <= (SELECT day FROM asked)
  )
  AND EXISTS (
      SELECT FROM posts JOIN accounts_team team ON team.id = posts.team_id
      WHERE posts.role = 'director' AND team.parent_id IS NULL
  )
