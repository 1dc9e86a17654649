-- One row per public message that a body wrote, reposts aside, with whom it replies to, if anybody.
SELECT
    outbound.presence_id,
    outbound.sent_at,
    CASE
        -- What goes on with a thread of its own converses with nobody.
        WHEN outbound.reply_to_id IS NOT NULL AND own.account_id IS NOT NULL THEN 'itself'
        WHEN outbound.reply_to_id IS NOT NULL THEN 'another'
    END AS replies_to
FROM outbound
LEFT JOIN account AS own
    ON
        outbound.presence_id = own.presence_id
        AND outbound.reply_to_author_id = own.account_id
        AND outbound.sent_at >= own.valid_from
        AND outbound.sent_at < own.valid_until
