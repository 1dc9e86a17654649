-- One row per line of five requests or more and time: the share that has no response by then.
SELECT
    survival.line_id,
    grid.after_seconds,
    COALESCE(
        MIN(survival.survival) FILTER (WHERE survival.elapsed_us <= grid.after_seconds * 1e6), 1.0
    ) AS waiting
FROM survival
INNER JOIN longest USING (line_id)
-- Round times, so that nobody's own wait can be read: from a minute to four weeks.
CROSS JOIN (
    VALUES
    (60), (120), (300), (600), (900), (1800), (3600), (7200), (10800), (14400), (21600), (28800),
    (43200), (64800), (86400), (129600), (172800), (259200), (345600), (432000), (518400), (604800),
    (864000), (1209600), (1814400), (2419200)
) AS grid (after_seconds)
-- As far as waits were seen.
WHERE grid.after_seconds * 1e6 <= longest.longest_us
GROUP BY
    survival.line_id,
    grid.after_seconds
