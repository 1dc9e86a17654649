-- One row per outcome, line, body and part of the week: how its days differ from each other.
SELECT
    outcome,
    line_id,
    SUM(n_trials) AS n_trials,
    SUM(n_trials * n_trials) AS n_squared,
    COUNT(*) AS n_clusters,
    -- Decimals add up to the same in any order, binary fractions do not.
    SUM(hits_per_trial) - CAST(1.0 * SUM(n_hits) * SUM(n_hits) / SUM(n_trials) AS DECIMAL(38, 12))
        AS ss_between,
    SUM(n_hits) - SUM(hits_per_trial) AS ss_within
FROM (
    SELECT
        *,
        CAST(1.0 * n_hits * n_hits / n_trials AS DECIMAL(38, 12)) AS hits_per_trial
    FROM trial
    WHERE n_trials > 0
) AS tried
GROUP BY
    outcome,
    line_id,
    body_id,
    is_weekend
