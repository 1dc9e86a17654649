-- One row per line: the time after which half of its requests had a response.
SELECT
    line_id,
    MIN(elapsed_us) FILTER (WHERE survival <= 0.5 + 1e-12) / 1e6 AS median_wait
FROM survival
GROUP BY line_id
