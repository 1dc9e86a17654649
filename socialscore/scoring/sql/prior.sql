-- One row per category with five bodies or more that have requests: how their rates are spread.
SELECT
    category,
    mean_rate,
    -- The correlation of two requests to one body, by the moments of Kleinman (1973): 0 where rates
    -- differ no more than chance makes them, 1 where every body answers all or nothing.
    CASE
        WHEN mean_rate > 0 AND mean_rate < 1 AND most_deviation > 0
            THEN GREATEST(LEAST(
                (deviation / (mean_rate * (1 - mean_rate)) - n_bodies + 1) / most_deviation, 1.0
            ), 0.0)
        ELSE 0.0
    END AS body_icc
FROM (
    SELECT
        category,
        mean_rate,
        COUNT(*) AS n_bodies,
        -- Decimals add up to the same in any order, binary fractions do not.
        CAST(SUM(CAST(
            n_effective * POWER(response_rate - mean_rate, 2) AS DECIMAL(38, 24)
        )) AS DOUBLE) AS deviation,
        CAST(SUM(CAST(
            (n_effective - 1) * (1 - n_effective / n_in_all) AS DECIMAL(38, 24)
        )) AS DOUBLE) AS most_deviation
    FROM (
        SELECT
            category,
            n_effective,
            response_rate,
            CAST(SUM(n_effective) OVER (PARTITION BY category) AS DOUBLE) AS n_in_all,
            CAST(SUM(
                CAST(n_effective * response_rate AS DECIMAL(38, 24))
            ) OVER (PARTITION BY category) AS DOUBLE)
            / CAST(SUM(n_effective) OVER (PARTITION BY category) AS DOUBLE) AS mean_rate
        FROM (
            SELECT
                category,
                response_rate,
                CAST(n_requests / deff AS DECIMAL(38, 24)) AS n_effective
            FROM measured
            WHERE n_requests > 0
        ) AS effective
    ) AS rated
    GROUP BY
        category,
        mean_rate
    HAVING COUNT(*) >= 5
) AS summed
