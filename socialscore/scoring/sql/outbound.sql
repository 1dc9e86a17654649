-- One row per public message that a body wrote, reposts aside.
SELECT
    account.presence_id,
    account.network,
    account.body_id,
    message.account_id,
    message.message_id,
    message.sent_at,
    message.reply_to_id,
    message.reply_to_author_id,
    message.conversation_id,
    message.addressed_ids,
    message.text_digest,
    CASE
        WHEN message.bot THEN 'automatic'
        ELSE COALESCE(message.response_class, 'answer')
    END AS response_class
FROM sent AS message
INNER JOIN account
    ON
        message.network = account.network
        AND message.account_id = account.account_id
        AND message.sent_at >= account.valid_from
        AND message.sent_at < account.valid_until
WHERE
    message.author_id = message.account_id
    AND message.kind NOT IN ('repost', 'direct')
    AND message.sent_at >= $read_from
    AND message.sent_at < $read_until
