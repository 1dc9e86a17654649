-- One row per message that counts, with how many its author sent to the body after it.
SELECT
    presence_id,
    message_id,
    ROW_NUMBER() OVER (
        PARTITION BY presence_id, author_id
        ORDER BY sent_at DESC, message_id DESC
    ) - 1 AS n_asked_again
FROM demand
