-- One row per line: by what its requests say less than as many independent ones (design effects).
SELECT
    line_id,
    MAX(deff) FILTER (WHERE outcome = 'response_rate') AS deff,
    MAX(deff) FILTER (WHERE outcome = 'median_delay') AS delay_deff,
    MAX(deff) FILTER (WHERE outcome = 'median_wait') AS wait_deff,
    MAX(deff) FILTER (WHERE outcome = 'within_promise') AS promise_deff,
    MAX(n_trials) FILTER (WHERE outcome = 'within_promise') AS n_promised
FROM (
    SELECT
        clustered.line_id,
        clustered.outcome,
        clustered.n_trials,
        GREATEST(
            1 + (1.0 * clustered.n_squared / clustered.n_trials - 1) * clustering.icc, 1.0
        ) AS deff
    FROM clustered
    INNER JOIN clustering USING (outcome)
) AS spread_out
GROUP BY line_id
