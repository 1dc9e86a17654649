-- One row per message that counts, with the request that it belongs to: one per author and period.
SELECT
    presence_id,
    account_id,
    message_id,
    sent_at,
    question_mark,
    question,
    request,
    FIRST_VALUE(message_id) OVER by_author AS request_id,
    MIN(sent_at) OVER by_author AS asked_at
FROM demand
WHERE
    sent_at >= $asked_from
    AND sent_at < $until
WINDOW by_author AS (
    PARTITION BY presence_id, author_id
    ORDER BY sent_at, message_id
)
