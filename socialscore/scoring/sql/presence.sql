-- One row per compared body and network on which it has an account.
SELECT DISTINCT
    account.presence_id,
    account.body_id,
    account.network
FROM account
INNER JOIN body USING (body_id)
