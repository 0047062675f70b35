-- All rows anew, by one transaction and in an order made by chance: neither xmin nor ctid dates one among them.

LOCK TABLE requests_token_issue, requests_spent_token IN EXCLUSIVE MODE;

WITH gone AS (DELETE FROM requests_token_issue RETURNING *)
INSERT INTO requests_token_issue (person_id, term, count)
SELECT person_id, term, count FROM gone ORDER BY gen_random_uuid();

WITH gone AS (DELETE FROM requests_spent_token RETURNING *)
INSERT INTO requests_spent_token (digest, day)
SELECT digest, day FROM gone ORDER BY gen_random_uuid();
