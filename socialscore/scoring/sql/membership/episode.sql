-- One row per message that counts, with the request that it belongs to: an episode.
SELECT
    presence_id,
    account_id,
    message_id,
    sent_at,
    question_mark,
    question,
    request,
    LAST_VALUE(CASE WHEN opening THEN message_id END IGNORE NULLS) OVER exchange AS request_id,
    LAST_VALUE(CASE WHEN opening THEN sent_at END IGNORE NULLS) OVER exchange AS asked_at
FROM (
    SELECT
        *,
        -- An episode begins after a turn of the body, or after 24 hours of silence.
        speaker = 0 AND (
            LAG(speaker, 1, 1) OVER exchange = 1
            OR EPOCH_US(sent_at) - EPOCH_US(LAG(sent_at) OVER exchange) > 86400000000
        ) AS opening
    FROM turn
    WINDOW exchange AS (
        PARTITION BY presence_id, author_id
        ORDER BY sent_at, speaker, message_id
    )
) AS opened
WINDOW
    exchange AS (
        PARTITION BY presence_id, author_id
        ORDER BY sent_at, speaker, message_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
QUALIFY speaker = 0
