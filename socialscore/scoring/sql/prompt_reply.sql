-- One row per reply of an often used text that came less than 60 s after what it answers.
SELECT DISTINCT
    routine.presence_id,
    routine.message_id,
    routine.text_digest,
    routine.sent_at
FROM sent AS message
INNER JOIN routine
    ON
        message.network = routine.network
        AND message.message_id = routine.reply_to_id
INNER JOIN account
    ON
        routine.presence_id = account.presence_id
        AND message.account_id = account.account_id
        AND message.sent_at >= account.valid_from
        AND message.sent_at < account.valid_until
WHERE
    message.author_id <> message.account_id
    AND message.sent_at >= $read_from
    AND message.sent_at < $read_until
    AND ABS(EPOCH_US(routine.sent_at) - EPOCH_US(message.sent_at)) < 60000000
