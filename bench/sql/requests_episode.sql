-- The same as in requests_two_windows.sql, with one window over all turns: a message that opens an
-- exchange and is not continued is a request by itself, and the others are numbered.
opened AS (
    SELECT
        *,
        speaker = 0 AND coalesce(
            lag(speaker) OVER exchange = 1
            OR epoch_us(sent_at) - epoch_us(lag(sent_at) OVER exchange) > 86400000000,
            TRUE
        ) AS opens,
        coalesce(
            lead(speaker) OVER exchange = 1
            OR epoch_us(lead(sent_at) OVER exchange) - epoch_us(sent_at) > 86400000000,
            TRUE
        ) AS closes
    FROM turn
    WINDOW exchange AS (
        PARTITION BY account_id, author_id ORDER BY sent_at, speaker, message_id
    )
),

numbered AS (
    SELECT
        *,
        sum(opens::INTEGER) OVER (
            PARTITION BY account_id, author_id ORDER BY sent_at, message_id
            ROWS UNBOUNDED PRECEDING
        ) AS episode
    FROM opened
    WHERE speaker = 0 AND NOT (opens AND closes)
),

requested AS (
    SELECT
        account_id,
        sent_at AS asked_at,
        responded_at,
        answered_at,
        n_too_early,
        question_mark,
        question,
        request
    FROM opened
    WHERE
        speaker = 0
        AND opens
        AND closes
        AND sent_at >= $since
        AND sent_at < $until
    UNION ALL
    SELECT
        account_id,
        min(sent_at) AS asked_at,
        min(responded_at) AS responded_at,
        min(answered_at) AS answered_at,
        sum(n_too_early) AS n_too_early,
        bool_or(question_mark) AS question_mark,
        bool_or(question) AS question,
        bool_or(request) AS request
    FROM numbered
    GROUP BY account_id, author_id, episode
    HAVING asked_at >= $since AND asked_at < $until
),
