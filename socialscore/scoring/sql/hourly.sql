-- One row per body and hour in which five of its requests or more were asked.
SELECT
    body_id,
    line_id AS hour_id,
    CAST(SUM(n_requests) AS BIGINT) AS n_requests,
    CAST(SUM(n_answered) AS BIGINT) AS n_answered,
    CAST(SUM(n_requests * n_requests) AS BIGINT) AS n_squared
FROM (
    SELECT
        body_id,
        line_id,
        day,
        COUNT(*) FILTER (WHERE counted) AS n_requests,
        COUNT(*) FILTER (WHERE answered) AS n_answered
    FROM wait
    GROUP BY
        body_id,
        line_id,
        day
) AS daily
GROUP BY
    body_id,
    line_id
-- Fewer say little, and might say whose they were.
HAVING SUM(n_requests) >= 5
