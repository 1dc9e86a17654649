-- One row per reply that nobody wrote: it came at once, like four others of its text in 24 hours.
SELECT
    presence_id,
    message_id
FROM (
    SELECT
        *,
        -- Whether it is one of five in 24 hours, of which the first knows.
        MAX(opens_five) OVER (
            PARTITION BY presence_id, text_digest
            ORDER BY sent_at, message_id
            ROWS BETWEEN 4 PRECEDING AND CURRENT ROW
        ) AS among_five
    FROM (
        SELECT
            *,
            CASE
                WHEN
                    EPOCH_US(LEAD(sent_at, 4) OVER (
                        PARTITION BY presence_id, text_digest
                        ORDER BY sent_at, message_id
                    )) - EPOCH_US(sent_at) <= 86400000000
                    THEN 1
                ELSE 0
            END AS opens_five
        FROM prompt_reply
    ) AS opened
) AS counted
WHERE among_five = 1
