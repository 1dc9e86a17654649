-- One row per body: what a direct count of all messages, without a horizon, finds for it.
-- Every account is a body of its own. Without a horizon all requests have matured and none is late.
WITH
asked AS (
    SELECT
        message.account_id,
        message.message_id,
        message.sent_at,
        message.question_mark,
        message.question,
        message.request
    FROM message
    ANTI JOIN account ON message.author_id = account.account_id
    WHERE message.kind <> 'direct'
),

reply AS (
    SELECT
        account_id,
        reply_to_id,
        sent_at,
        response_class
    FROM message
    WHERE
        author_id = account_id
        AND reply_to_id IS NOT NULL
        AND kind NOT IN ('repost', 'direct')
),

answered AS (
    SELECT
        asked.account_id,
        asked.sent_at AS asked_at,
        asked.question_mark,
        asked.question,
        asked.request,
        min(reply.sent_at) FILTER (
            WHERE reply.sent_at >= asked.sent_at - INTERVAL 60 SECONDS
        ) AS responded_at,
        count(*) FILTER (
            WHERE reply.sent_at < asked.sent_at - INTERVAL 60 SECONDS
        ) AS n_too_early
    FROM asked
    LEFT JOIN reply
        ON
            asked.account_id = reply.account_id
            AND asked.message_id = reply.reply_to_id
            AND reply.response_class <> 'automatic'
    GROUP BY
        asked.account_id,
        asked.message_id,
        asked.sent_at,
        asked.question_mark,
        asked.question,
        asked.request
),

wait AS (
    SELECT
        *,
        CASE
            WHEN responded_at > asked_at
                THEN (epoch_us(responded_at) - epoch_us(asked_at)) / 1e6
            WHEN responded_at IS NOT NULL THEN 0
        END AS delay,
        coalesce(delay, (epoch_us($as_of) - epoch_us(asked_at)) / 1e6) AS elapsed
    FROM answered
),

tally AS (
    SELECT
        account_id,
        count(*) AS n,
        count(delay) AS k,
        quantile_cont(delay, [0.5, 0.9]) AS quantiles,
        avg(delay) AS mean_delay,
        count(*) FILTER (WHERE delay <= 3600) AS n_1h,
        count(*) FILTER (WHERE delay <= 14400) AS n_4h,
        count(*) FILTER (WHERE delay <= 86400) AS n_24h,
        count(*) FILTER (WHERE delay <= 259200) AS n_72h,
        sum(n_too_early)::BIGINT AS n_too_early,
        count(*) FILTER (WHERE question_mark) AS n_question_mark,
        count(*) FILTER (WHERE question) AS n_questions,
        count(*) FILTER (WHERE request) AS n_with_requests
    FROM wait
    GROUP BY account_id
),

-- Kaplan–Meier: only the lengths at which a response came change the estimate.
step AS (
    SELECT
        account_id,
        elapsed,
        count(delay) AS n_ended,
        sum(count(*)) OVER (PARTITION BY account_id ORDER BY elapsed DESC) AS n_waiting
    FROM wait
    GROUP BY
        account_id,
        elapsed
),

survival AS (
    SELECT
        account_id,
        elapsed,
        product(1 - n_ended / n_waiting) OVER (
            PARTITION BY account_id ORDER BY elapsed
        ) AS survival
    FROM step
    WHERE n_ended > 0
),

patience AS (
    SELECT
        account_id,
        min(elapsed) AS median_wait
    FROM survival
    WHERE survival <= 0.5 + 1e-12
    GROUP BY account_id
),

activity AS (
    SELECT
        account_id,
        count(*) AS n_replies
    FROM reply
    GROUP BY account_id
)

SELECT
    body_id,
    coalesce(n, 0) AS n_requests,
    coalesce(k, 0) AS n_answered,
    k / n AS response_rate,
    CASE
        WHEN k = 0 THEN 0
        ELSE (k + z * z / 2 - z * sqrt(k * (n - k) / n + z * z / 4)) / (n + z * z)
    END AS wilson_low,
    CASE
        WHEN k = n THEN 1
        ELSE (k + z * z / 2 + z * sqrt(k * (n - k) / n + z * z / 4)) / (n + z * z)
    END AS wilson_high,
    quantiles[1] AS median_delay,
    quantiles[2] AS p90_delay,
    mean_delay,
    n_1h / n AS within_1h,
    n_4h / n AS within_4h,
    n_24h / n AS within_24h,
    n_72h / n AS within_72h,
    median_wait,
    coalesce(2 * k - n, 0) AS devoted_index,
    0 AS n_pending,
    0 AS n_late,
    coalesce(n_too_early, 0) AS n_too_early,
    coalesce(n_replies, 0) AS n_replies,
    coalesce(n_question_mark, 0) AS n_selected_question_mark,
    coalesce(n_questions, 0) AS n_selected_questions,
    coalesce(n_with_requests, 0) AS n_selected_requests,
    coalesce(n, 0) AS n_selected_all
FROM account
CROSS JOIN (SELECT 1.959963984540054 AS z)
LEFT JOIN tally USING (account_id)
LEFT JOIN patience USING (account_id)
LEFT JOIN activity USING (account_id)
