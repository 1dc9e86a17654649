-- One row per body: what it wrote in the period, reposts aside.
SELECT
    outbound.body_id,
    COUNT(*) AS n_posts,
    COUNT(*) FILTER (WHERE outbound.reply_to_id IS NOT NULL) AS n_replies,
    -- What goes on with a thread of its own converses with nobody.
    COUNT(*) FILTER (WHERE outbound.reply_to_id IS NOT NULL AND own.account_id IS NULL)
        AS n_replies_to_others
FROM outbound
LEFT JOIN account AS own
    ON
        outbound.presence_id = own.presence_id
        AND outbound.reply_to_author_id = own.account_id
        AND outbound.sent_at >= own.valid_from
        AND outbound.sent_at < own.valid_until
WHERE
    outbound.sent_at >= $since
    AND outbound.sent_at < $until
GROUP BY outbound.body_id
