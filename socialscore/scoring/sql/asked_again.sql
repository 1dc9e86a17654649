-- One row per message that may count, with how many its author sent to the body after it.
SELECT
    presence_id,
    message_id,
    -- Who sends the same text once more asks again, though it counts once.
    ROW_NUMBER() OVER (
        PARTITION BY presence_id, author_id
        ORDER BY sent_at DESC, message_id DESC
    ) - 1 AS n_asked_again
FROM addressed
WHERE reason IS NULL
