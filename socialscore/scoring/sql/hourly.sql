-- One row per body and hour in which five of its requests or more were asked.
SELECT
    body_id,
    line_id AS hour_id,
    COUNT(*) FILTER (WHERE counted) AS n_requests,
    COUNT(*) FILTER (WHERE answered) AS n_answered
FROM wait
GROUP BY
    body_id,
    line_id
-- Fewer say little, and might say whose they were.
HAVING COUNT(*) FILTER (WHERE counted) >= 5
