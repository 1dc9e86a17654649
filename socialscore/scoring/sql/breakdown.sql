-- One row per line that has a request: its metrics over all its requests, and those of its bodies.
SELECT
    measured.*,
    COALESCE(typical.n_bodies, 0) AS n_bodies,
    typical.typical_rate,
    typical.typical_delay
FROM measured
LEFT JOIN typical USING (line_id)
