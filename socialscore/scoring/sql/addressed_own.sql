-- One row per message of a body that names several accounts, its own among them, with their number.
SELECT
    outbound.presence_id,
    outbound.message_id,
    COUNT(*) AS n_own
FROM outbound
INNER JOIN account
    ON
        outbound.presence_id = account.presence_id
        AND account.account_id = ANY(outbound.addressed_ids)
        AND outbound.sent_at >= account.valid_from
        AND outbound.sent_at < account.valid_until
WHERE
    LEN(outbound.addressed_ids) > 1
    AND ($match = 'loose' OR NOT $replies_to_several)
GROUP BY
    outbound.presence_id,
    outbound.message_id
