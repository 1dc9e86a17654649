-- One row per message that somebody outside the group addressed to a body.
SELECT
    account.presence_id,
    message.network,
    message.message_id,
    message.author_id,
    message.sent_at,
    message.conversation_id,
    message.kind,
    message.n_addressed,
    -- Not where it speaks to another account of the body. Older rows do not say it.
    COALESCE(doubled.third_party, message.third_party, FALSE) AS third_party,
    message.question_mark,
    message.question,
    message.request,
    message.rule_id,
    message.text_digest,
    message.deleted_at,
    message.account_id,
    -- All accounts of the body that it addresses, where it addresses several; NULL: only the one.
    doubled.account_ids,
    -- Whether the author is an account of the body itself, or of another one; NULL: a citizen.
    CASE
        WHEN author.body_id = account.body_id THEN 'own-group'
        WHEN author.body_id IS NOT NULL THEN 'institution'
    END AS author_role
FROM sent AS message
INNER JOIN account
    ON
        message.network = account.network
        AND message.account_id = account.account_id
        AND message.sent_at >= account.valid_from
        AND message.sent_at < account.valid_until
LEFT JOIN account AS author
    ON
        message.network = author.network
        AND message.author_id = author.account_id
        AND message.sent_at >= author.valid_from
        AND message.sent_at < author.valid_until
LEFT JOIN doubled
    ON
        account.presence_id = doubled.presence_id
        AND message.message_id = doubled.message_id
WHERE
    message.author_id <> message.account_id
    AND message.kind = ANY($kinds)
    AND message.sent_at >= $read_from
    AND message.sent_at < $asked_until
    -- Addressed to several accounts of one body, a message stands once under each: count it once.
    AND (doubled.message_id IS NULL OR message.account_id = doubled.account_id)
