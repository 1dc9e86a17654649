-- One row per line of five requests or more: the longest wait that was seen.
SELECT
    line_id,
    MAX(elapsed_us) AS longest_us
FROM length
GROUP BY line_id
HAVING SUM(n_left) >= 5
