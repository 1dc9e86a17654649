-- One row per line: the 95 % interval of its median wait.
SELECT
    line_id,
    MIN(elapsed_us) FILTER (WHERE survival_low <= 0.5) / 1e6 AS median_wait_low,
    MIN(elapsed_us) FILTER (WHERE survival_high <= 0.5) / 1e6 AS median_wait_high
FROM survival_interval
GROUP BY line_id
