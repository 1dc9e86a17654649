-- One row per line and length of wait: how many requests waited so long, and how that ended.
SELECT
    line_id,
    elapsed_us,
    COUNT(*) AS n_left,
    COUNT(*) FILTER (WHERE ended) AS n_ended,
    COUNT(*) FILTER (WHERE answered) AS n_answered
FROM wait
WHERE selected
GROUP BY
    line_id,
    elapsed_us
