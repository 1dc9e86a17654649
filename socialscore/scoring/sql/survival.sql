-- One row per line and length of wait: the share of requests still without a response after it.
SELECT
    line_id,
    elapsed_us,
    all_ended,
    hazard,
    variance,
    CASE WHEN all_ended THEN 0.0 ELSE EXP(-hazard) END AS survival
FROM (
    SELECT
        line_id,
        elapsed_us,
        -- Kaplan–Meier: the product of 1 - d / n so far, by its logarithm; a factor of 0 has none,
        -- and is the last.
        n_ended = n_waiting AS all_ended,
        -- Decimals add up to the same in any order, binary fractions do not.
        CAST(SUM(CAST(
            CASE
                WHEN n_ended < n_waiting THEN -LN(1.0 - 1.0 * n_ended / n_waiting)
                ELSE 0.0
            END AS DECIMAL(18, 16)
        )) OVER so_far AS DOUBLE) AS hazard,
        -- Greenwood's variance of that logarithm.
        CAST(SUM(CAST(
            CASE
                WHEN n_ended < n_waiting THEN 1.0 * n_ended / n_waiting / (n_waiting - n_ended)
                ELSE 0.0
            END AS DECIMAL(18, 17)
        )) OVER so_far AS DOUBLE) AS variance
    FROM step
    WINDOW so_far AS (PARTITION BY line_id ORDER BY elapsed_us)
) AS summed
