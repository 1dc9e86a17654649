-- One row per body and network on which it was asked something that has matured.
SELECT
    body_id,
    line_id AS network,
    SUM(n_requests) AS n_requests,
    SUM(n_answered) AS n_answered,
    SUM(n_redirected) AS n_redirected,
    -- Of its days: by what these requests say less than as many independent ones.
    SUM(n_requests * n_requests) AS sum_of_squares
FROM (
    SELECT
        body_id,
        line_id,
        day,
        COUNT(*) AS n_requests,
        COUNT(*) FILTER (WHERE answered) AS n_answered,
        COUNT(*) FILTER (WHERE answered AND redirected) AS n_redirected
    FROM wait
    WHERE counted
    GROUP BY
        body_id,
        line_id,
        day
) AS per_day
GROUP BY
    body_id,
    line_id
