-- One row per request of the period; a body with too few of them has its latest ones, however old.
SELECT *
FROM (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY body_id, selected AND matured
            ORDER BY asked_at DESC, request_id ASC, network ASC
        ) AS recency
    FROM timed
) AS by_age
WHERE
    asked_at >= $since
    OR (selected AND matured AND recency <= $latest)
