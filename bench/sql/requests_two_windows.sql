-- The messages of one person are one request until the body speaks or a day of silence has passed.
numbered AS (
    SELECT
        *,
        sum(opens) OVER (
            PARTITION BY account_id, author_id ORDER BY sent_at, speaker, message_id
            ROWS UNBOUNDED PRECEDING
        ) AS episode
    FROM (
        SELECT
            *,
            CASE
                WHEN
                    speaker = 0
                    AND (
                        lag(speaker, 1, 1) OVER exchange = 1
                        OR epoch_us(sent_at) - epoch_us(lag(sent_at) OVER exchange) > 86400000000
                    )
                    THEN 1
                ELSE 0
            END AS opens
        FROM turn
        WINDOW exchange AS (
            PARTITION BY account_id, author_id ORDER BY sent_at, speaker, message_id
        )
    )
),

requested AS (
    SELECT
        account_id,
        min(asked_at) AS asked_at,
        min(responded_at) AS responded_at,
        min(answered_at) AS answered_at,
        sum(n_too_early) AS n_too_early,
        bool_or(question_mark) AS question_mark,
        bool_or(question) AS question,
        bool_or(request) AS request
    FROM (
        SELECT
            *,
            min(sent_at) OVER (PARTITION BY account_id, author_id, episode) AS asked_at
        FROM numbered
        WHERE speaker = 0
    )
    WHERE
        asked_at >= $since
        AND asked_at < $until
        AND epoch_us(sent_at) - epoch_us(asked_at) <= 1209600000000
    GROUP BY account_id, author_id, episode
),
