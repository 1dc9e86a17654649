-- One row per body and length of wait: the share of requests still without a response after it.
SELECT
    body_id,
    elapsed_seconds,
    -- Kaplan–Meier: the product of 1 - d / n so far, by logarithms; a factor of 0 has none.
    CASE
        WHEN MIN(n_waiting - n_ended) OVER so_far = 0 THEN 0.0
        ELSE EXP(SUM(CASE
            WHEN n_ended < n_waiting THEN LN(1.0 - 1.0 * n_ended / n_waiting)
            ELSE 0.0
        END) OVER so_far)
    END AS survival
FROM (
    SELECT
        body_id,
        elapsed_seconds,
        COUNT(*) FILTER (WHERE ended) AS n_ended,
        -- Waiting just before: responses come before censorings of the same length.
        SUM(COUNT(*)) OVER (PARTITION BY body_id ORDER BY elapsed_seconds DESC) AS n_waiting
    FROM wait
    WHERE selected
    GROUP BY
        body_id,
        elapsed_seconds
) AS step
WINDOW so_far AS (PARTITION BY body_id ORDER BY elapsed_seconds)
