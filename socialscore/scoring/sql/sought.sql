-- One row per message that is looked for by its identifier, and account under which it is kept.
SELECT
    network,
    account_id,
    message_id,
    sent_at,
    kind,
    reply_to_id,
    author_id = account_id AS outbound,
    CASE WHEN $with_text THEN text END AS message_text
FROM message
WHERE message_id = ANY($message_ids)
