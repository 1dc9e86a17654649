-- One row per request, with the time for which it was seen to wait, in which all hours count.
SELECT
    *,
    LEAST(COALESCE(delay_us, seen_us), seen_us) AS elapsed_us
FROM eligible
