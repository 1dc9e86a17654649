-- One row per message of a body that may be a response: automatic ones may not.
SELECT
    outbound.presence_id,
    outbound.account_id,
    outbound.message_id,
    outbound.sent_at,
    outbound.reply_to_id,
    outbound.reply_to_author_id,
    outbound.conversation_id,
    outbound.addressed_ids,
    -- Whom it addresses besides the body itself, which goes on with its own threads.
    COALESCE(LEN(outbound.addressed_ids), 0) - COALESCE(addressed_own.n_own, 0) AS n_others,
    outbound.response_class = 'redirect' AS redirected
FROM outbound
LEFT JOIN burst
    ON
        $exclude_bursts
        AND outbound.presence_id = burst.presence_id
        AND outbound.message_id = burst.message_id
LEFT JOIN addressed_own
    ON
        ($match = 'loose' OR NOT $replies_to_several)
        AND outbound.presence_id = addressed_own.presence_id
        AND outbound.message_id = addressed_own.message_id
WHERE
    outbound.response_class <> 'automatic'
    AND burst.message_id IS NULL
    AND (NOT $strict OR outbound.response_class <> 'redirect')
    AND (
        $replies_to_several
        OR COALESCE(LEN(outbound.addressed_ids), 0) - COALESCE(addressed_own.n_own, 0) <= 1
    )
