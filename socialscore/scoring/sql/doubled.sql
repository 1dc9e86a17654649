-- One row per message that stands under several accounts of one body, with the one that counts.
SELECT
    account.presence_id,
    message.message_id,
    MIN(message.account_id) AS account_id,
    ARRAY_AGG(message.account_id) AS account_ids,
    BOOL_AND(COALESCE(message.third_party, FALSE)) AS third_party
FROM sent AS message
INNER JOIN account
    ON
        message.network = account.network
        AND message.account_id = account.account_id
        AND message.sent_at >= account.valid_from
        AND message.sent_at < account.valid_until
WHERE
    account.has_sister
    AND message.author_id <> message.account_id
    AND message.sent_at >= $read_from
    AND message.sent_at < $asked_until
GROUP BY
    account.presence_id,
    message.message_id
HAVING COUNT(*) > 1
