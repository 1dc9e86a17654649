-- One row per body of which half the requests had a response at some time: that time.
SELECT
    body_id,
    MIN(elapsed_seconds) AS median_wait
FROM survival
WHERE survival <= 0.5 + 1e-12
GROUP BY body_id
