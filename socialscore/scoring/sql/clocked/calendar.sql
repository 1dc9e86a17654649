-- One row per request, with the time for which it was seen to wait, in which all hours count.
SELECT
    *,
    LEAST(COALESCE(delay_us, seen_us), seen_us) / 1e6 AS elapsed_seconds
FROM eligible
