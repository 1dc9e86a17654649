-- One row per message that repeats a text of the same author to the same body within 24 hours.
SELECT
    presence_id,
    message_id
FROM (
    SELECT
        presence_id,
        message_id,
        sent_at,
        LAG(sent_at) OVER (
            PARTITION BY presence_id, author_id, text_digest
            ORDER BY sent_at, message_id
        ) AS earlier_at
    FROM inbound
    WHERE $exclude_duplicate AND text_digest IS NOT NULL
) AS in_order
WHERE EPOCH_US(sent_at) - EPOCH_US(earlier_at) <= 86400000000
