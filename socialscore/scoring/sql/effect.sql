-- One row per line: by what its requests say less than as many independent ones (design effects).
SELECT
    line_id,
    MAX(deff) FILTER (WHERE outcome = 'response_rate') AS deff,
    MAX(deff) FILTER (WHERE outcome = 'median_delay') AS delay_deff,
    MAX(deff) FILTER (WHERE outcome = 'median_wait') AS wait_deff
FROM (
    SELECT
        clustered.line_id,
        clustered.outcome,
        GREATEST(
            1 + (1.0 * clustered.n_squared / clustered.n_trials - 1) * clustering.icc, 1.0
        ) AS deff
    FROM clustered
    INNER JOIN clustering USING (outcome)
) AS spread_out
GROUP BY line_id
