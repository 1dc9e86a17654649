-- One row per outcome and line: the sums of its clusters.
SELECT
    outcome,
    line_id,
    CAST(SUM(n_trials) AS BIGINT) AS n_trials,
    CAST(SUM(n_squared) AS BIGINT) AS n_squared,
    CAST(SUM(n_clusters) AS BIGINT) AS n_clusters,
    COUNT(*) AS n_strata,
    CAST(SUM(CAST(1.0 * n_squared / n_trials AS DECIMAL(38, 12))) AS DECIMAL(38, 12)) AS mean_size,
    CAST(SUM(ss_between) AS DECIMAL(38, 12)) AS ss_between,
    CAST(SUM(ss_within) AS DECIMAL(38, 12)) AS ss_within
FROM stratum
GROUP BY
    outcome,
    line_id
