-- One row per line: the medians of its bodies, each of which counts once.
SELECT
    line_id,
    COUNT(*) AS n_bodies,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY response_rate) AS typical_rate,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY median_delay) AS typical_delay
FROM (
    SELECT
        line_id,
        body_id,
        AVG(CASE WHEN answered THEN 1.0 ELSE 0.0 END) AS response_rate,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY delay_seconds) FILTER (WHERE answered)
            AS median_delay
    FROM wait
    WHERE counted
    GROUP BY
        line_id,
        body_id
) AS per_body
GROUP BY line_id
