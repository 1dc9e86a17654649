-- One row per public message of some threads, or of some identifiers, and account that keeps it.
SELECT
    network,
    account_id,
    message_id,
    author_id,
    conversation_id,
    sent_at,
    text AS message_text
FROM message
WHERE
    kind <> 'direct'
    AND (message_id = ANY($message_ids) OR conversation_id = ANY($conversation_ids))
