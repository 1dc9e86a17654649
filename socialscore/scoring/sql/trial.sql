-- One row per outcome and cluster: how many requests could have it, and how many had it.
SELECT
    'response_rate' AS outcome,
    line_id,
    body_id,
    is_weekend,
    n_requests AS n_trials,
    n_answered AS n_hits
FROM cluster
UNION ALL
SELECT
    'median_delay' AS outcome,
    line_id,
    body_id,
    is_weekend,
    n_answered AS n_trials,
    n_fast AS n_hits
FROM cluster
UNION ALL
SELECT
    'median_wait' AS outcome,
    line_id,
    body_id,
    is_weekend,
    n_requests AS n_trials,
    n_soon AS n_hits
FROM cluster
UNION ALL
SELECT
    'within_promise' AS outcome,
    line_id,
    body_id,
    is_weekend,
    n_promised AS n_trials,
    n_kept AS n_hits
FROM cluster
