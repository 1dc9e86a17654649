-- One row per outcome: how alike the requests of one body and day are (intraclass correlation).
SELECT
    outcome,
    assumed,
    -- Analysis of variance within strata: ANOVA estimator for clusters of unequal size.
    CASE
        WHEN $icc IS NOT NULL THEN CAST($icc AS DOUBLE)
        WHEN assumed THEN 0.05
        WHEN ms_between = 0 AND ms_within = 0 THEN 0.0
        ELSE GREATEST(
            (ms_between - ms_within) / (ms_between + (typical_size - 1) * ms_within), 0.0
        )
    END AS icc
FROM (
    SELECT
        outcome,
        -- Too few days to estimate it from, or never two requests in one.
        $icc IS NULL AND (
            SUM(n_clusters) - SUM(n_strata) < 30 OR SUM(n_trials) = SUM(n_clusters)
        ) AS assumed,
        CAST(SUM(ss_between) AS DOUBLE)
        / NULLIF(SUM(n_clusters) - SUM(n_strata), 0) AS ms_between,
        CAST(SUM(ss_within) AS DOUBLE)
        / NULLIF(SUM(n_trials) - SUM(n_clusters), 0) AS ms_within,
        (SUM(n_trials) - CAST(SUM(mean_size) AS DOUBLE))
        / NULLIF(SUM(n_clusters) - SUM(n_strata), 0) AS typical_size
    FROM clustered
    GROUP BY outcome
) AS summed
