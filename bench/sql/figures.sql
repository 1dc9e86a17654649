-- One row per body, with the figures of its requests.
wait AS (
    SELECT
        account_id,
        question_mark,
        question,
        request,
        epoch_us(asked_at) + 604800000000 <= epoch_us($as_of) AS matured,
        CASE
            WHEN responded_at > asked_at THEN epoch_us(responded_at) - epoch_us(asked_at)
            WHEN responded_at IS NOT NULL THEN 0
        END AS delay,
        least(604800000000, epoch_us($as_of) - epoch_us(asked_at)) AS seen,
        question AND matured AND coalesce(delay <= 604800000000, FALSE) AS answered,
        coalesce(delay <= seen, FALSE) AS ended,
        least(coalesce(delay, seen), seen) AS elapsed,
        coalesce(answered_at > responded_at, TRUE) AS redirected,
        n_too_early
    FROM requested
),

tally AS (
    SELECT
        account_id,
        count(*) FILTER (WHERE question AND matured) AS n,
        count(*) FILTER (WHERE answered) AS k,
        quantile_cont(elapsed / 1e6, [0.5, 0.9]) FILTER (WHERE answered) AS quantiles,
        avg(elapsed / 1e6) FILTER (WHERE answered) AS mean_delay,
        count(*) FILTER (WHERE answered AND elapsed <= 3600000000) AS n_1h,
        count(*) FILTER (WHERE answered AND elapsed <= 14400000000) AS n_4h,
        count(*) FILTER (WHERE answered AND elapsed <= 86400000000) AS n_24h,
        count(*) FILTER (WHERE answered AND elapsed <= 259200000000) AS n_72h,
        count(*) FILTER (WHERE answered AND redirected) AS n_redirected,
        count(*) FILTER (WHERE question AND NOT matured) AS n_pending,
        count(*) FILTER (
            WHERE question AND matured AND delay > 604800000000 AND delay <= 1209600000000
        ) AS n_late,
        coalesce(sum(n_too_early) FILTER (WHERE question), 0)::BIGINT AS n_too_early,
        count(*) FILTER (WHERE matured AND question_mark) AS n_question_mark,
        count(*) FILTER (WHERE matured AND question) AS n_questions,
        count(*) FILTER (WHERE matured AND request) AS n_with_requests,
        count(*) FILTER (WHERE matured) AS n_all
    FROM wait
    GROUP BY account_id
),

-- Kaplan–Meier, with Greenwood's variance, and the delays in order of size.
step AS (
    SELECT
        account_id,
        elapsed,
        n_ended,
        n_answered,
        sum(n_answered) OVER so_far AS n_so_far,
        sum(n_answered) OVER in_all AS k,
        sum(n_left) OVER in_all - sum(n_left) OVER so_far + n_left AS n_waiting
    FROM (
        SELECT
            account_id,
            elapsed,
            count(*) AS n_left,
            count(*) FILTER (WHERE ended) AS n_ended,
            count(*) FILTER (WHERE answered) AS n_answered
        FROM wait
        WHERE question
        GROUP BY ALL
    )
    WINDOW
        so_far AS (PARTITION BY account_id ORDER BY elapsed),
        in_all AS (PARTITION BY account_id)
),

survival AS (
    SELECT
        account_id,
        elapsed,
        n_ended = n_waiting AS all_ended,
        sum(CASE WHEN all_ended THEN 0 ELSE -ln(1 - n_ended / n_waiting) END) OVER so_far AS hazard,
        sum(CASE WHEN all_ended THEN 0 ELSE n_ended / n_waiting / (n_waiting - n_ended) END)
            OVER so_far AS variance
    FROM step
    WINDOW so_far AS (PARTITION BY account_id ORDER BY elapsed)
),

patience AS (
    SELECT
        account_id,
        min(elapsed) FILTER (WHERE all_ended OR exp(-hazard) <= 0.5 + 1e-12) / 1e6 AS median_wait,
        min(elapsed) FILTER (
            WHERE
            hazard > 0
            AND NOT all_ended
            AND exp(-hazard * exp(1.959963984540054 * sqrt(variance) / hazard)) <= 0.5
        ) / 1e6 AS median_wait_low,
        min(elapsed) FILTER (
            WHERE
            hazard > 0
            AND NOT all_ended
            AND exp(-hazard * exp(-1.959963984540054 * sqrt(variance) / hazard)) <= 0.5
        ) / 1e6 AS median_wait_high
    FROM survival
    GROUP BY account_id
),

bounds AS (
    SELECT
        account_id,
        min(elapsed) FILTER (WHERE n_so_far >= place) / 1e6 AS median_delay_low,
        min(elapsed) FILTER (WHERE n_so_far >= k + 1 - place) / 1e6 AS median_delay_high
    FROM (
        SELECT
            *,
            CASE
                WHEN k >= 6 THEN floor((k + 1 - 1.959963984540054 * sqrt(k - 0.473576)) / 2)
            END AS place
        FROM step
    )
    WHERE n_answered > 0
    GROUP BY account_id
),

left_out AS (
    SELECT
        account_id,
        count(*) FILTER (WHERE reason = 'duplicate') AS n_duplicate,
        count(*) FILTER (WHERE reason = 'mass-mention') AS n_mass_mention,
        count(*) FILTER (WHERE reason = 'deleted') AS n_deleted
    FROM heard
    WHERE reason IS NOT NULL AND sent_at >= $since AND sent_at < $until
    GROUP BY account_id
),

activity AS (
    SELECT
        account_id,
        count(*) AS n_posts,
        count(*) FILTER (WHERE reply_to_id IS NOT NULL) AS n_replies,
        count(*) FILTER (
            WHERE reply_to_id IS NOT NULL AND coalesce(reply_to_author_id <> account_id, TRUE)
        ) AS n_to_others
    FROM wrote
    WHERE sent_at >= $since AND sent_at < $until
    GROUP BY account_id
)

SELECT
    body_id,
    coalesce(n, 0) AS n_requests,
    coalesce(k, 0) AS n_answered,
    CASE WHEN n > 0 THEN k / n END AS response_rate,
    CASE
        WHEN n = 0 THEN NULL
        WHEN k = 0 THEN 0
        ELSE (k + z * z / 2 - z * sqrt(k * (n - k) / n + z * z / 4)) / (n + z * z)
    END AS wilson_low,
    CASE
        WHEN n = 0 THEN NULL
        WHEN k = n THEN 1
        ELSE (k + z * z / 2 + z * sqrt(k * (n - k) / n + z * z / 4)) / (n + z * z)
    END AS wilson_high,
    quantiles[1] AS median_delay,
    median_delay_low,
    median_delay_high,
    quantiles[2] AS p90_delay,
    mean_delay,
    median_wait,
    median_wait_low,
    median_wait_high,
    coalesce(2 * k - n, 0) AS devoted_index,
    CASE WHEN k > 0 THEN n_redirected / k END AS redirect_rate,
    CASE WHEN n > 0 THEN n_1h / n END AS within_1h,
    CASE WHEN n > 0 THEN n_4h / n END AS within_4h,
    CASE WHEN n > 0 THEN n_24h / n END AS within_24h,
    CASE WHEN n > 0 THEN n_72h / n END AS within_72h,
    coalesce(n_pending, 0) AS n_pending,
    coalesce(n_late, 0) AS n_late,
    coalesce(n_too_early, 0) AS n_too_early,
    coalesce(n_replies, 0) AS n_replies,
    n_to_others / n_posts AS conversationality,
    coalesce(n_question_mark, 0) AS n_selected_question_mark,
    coalesce(n_questions, 0) AS n_selected_questions,
    coalesce(n_with_requests, 0) AS n_selected_requests,
    coalesce(n_all, 0) AS n_selected_all,
    coalesce(n_duplicate, 0) AS n_excluded_duplicate,
    coalesce(n_mass_mention, 0) AS n_excluded_mass_mention,
    coalesce(n_deleted, 0) AS n_excluded_deleted
FROM account
CROSS JOIN (SELECT 1.959963984540054 AS z)
LEFT JOIN tally USING (account_id)
LEFT JOIN patience USING (account_id)
LEFT JOIN bounds USING (account_id)
LEFT JOIN left_out USING (account_id)
LEFT JOIN activity USING (account_id)
