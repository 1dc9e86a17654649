-- One row per reply of one body to a message that counts which is no response, with why it is none.
SELECT
    presence.network,
    addressed.message_id,
    outbound.message_id AS reply_id,
    outbound.sent_at AS replied_at,
    CASE
        WHEN outbound.response_class = 'automatic' THEN 'automatic'
        WHEN burst.message_id IS NOT NULL THEN 'burst'
        WHEN $strict AND outbound.response_class = 'redirect' THEN 'redirect'
        WHEN
            NOT $replies_to_several
            AND LEN(outbound.addressed_ids) - COALESCE(addressed_own.n_own, 0) > 1
            THEN 'to-several'
        WHEN EPOCH_US(addressed.sent_at) - EPOCH_US(outbound.sent_at) > 60000000 THEN 'too-early'
        WHEN EPOCH_US(outbound.sent_at) - EPOCH_US(addressed.sent_at) > $watched_us THEN 'too-late'
        ELSE 'other-account'
    END AS reason
FROM outbound
INNER JOIN presence USING (presence_id)
INNER JOIN addressed
    ON
        outbound.presence_id = addressed.presence_id
        AND outbound.reply_to_id = addressed.message_id
LEFT JOIN burst
    ON
        $exclude_bursts
        AND outbound.presence_id = burst.presence_id
        AND outbound.message_id = burst.message_id
LEFT JOIN addressed_own
    ON
        outbound.presence_id = addressed_own.presence_id
        AND outbound.message_id = addressed_own.message_id
LEFT JOIN response
    ON
        outbound.presence_id = response.presence_id
        AND outbound.message_id = response.response_id
        AND addressed.message_id = response.message_id
        AND NOT response.too_early
WHERE
    presence.body_id = $body_id
    AND addressed.reason IS NULL
    AND response.response_id IS NULL
