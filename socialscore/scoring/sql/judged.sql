-- One row per body: how many messages of or to it are read, and how many by earlier rules.
SELECT
    account.body_id,
    COUNT(*) AS n_judged,
    COUNT(*) FILTER (WHERE message.rulebook IS DISTINCT FROM $rulebook) AS n_judged_earlier
FROM sent AS message
INNER JOIN account
    ON
        message.network = account.network
        AND message.account_id = account.account_id
        AND message.sent_at >= account.valid_from
        AND message.sent_at < account.valid_until
GROUP BY account.body_id
