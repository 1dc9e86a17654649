-- One row per request of the period.
SELECT *
FROM timed
