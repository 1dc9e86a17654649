-- One row per line: the time after which half of its requests had a response, with its interval.
SELECT
    line_id,
    MIN(elapsed_us) FILTER (WHERE survival <= 0.5 + 1e-12) / 1e6 AS median_wait,
    MIN(elapsed_us) FILTER (WHERE survival_low <= 0.5) / 1e6 AS median_wait_low,
    MIN(elapsed_us) FILTER (WHERE survival_high <= 0.5) / 1e6 AS median_wait_high
FROM survival
GROUP BY line_id
