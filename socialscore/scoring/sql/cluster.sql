-- One row per line, body and day asked: requests that share what that day was like.
SELECT
    wait.line_id,
    wait.body_id,
    wait.day,
    wait.is_weekend,
    COUNT(*) FILTER (WHERE wait.counted) AS n_requests,
    COUNT(*) FILTER (WHERE wait.answered) AS n_answered,
    COUNT(*) FILTER (WHERE wait.answered AND wait.delay_seconds <= tally.median_delay) AS n_fast,
    -- Where half of the requests had no response within the horizon, all the answered ones.
    COUNT(*) FILTER (
        WHERE wait.answered AND COALESCE(wait.delay_seconds <= median_wait.median_wait, TRUE)
    ) AS n_soon,
    COUNT(*) FILTER (WHERE wait.promised) AS n_promised,
    COUNT(*) FILTER (WHERE wait.kept) AS n_kept
FROM wait
INNER JOIN tally USING (line_id)
LEFT JOIN median_wait USING (line_id)
WHERE wait.counted
GROUP BY
    wait.line_id,
    wait.body_id,
    wait.day,
    wait.is_weekend
