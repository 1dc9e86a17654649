-- One row per uninterrupted interval in which a stream of an account was in view.
SELECT
    network,
    account_id,
    stream,
    MIN(covered_from) AS covered_from,
    MAX(covered_until) AS covered_until
FROM (
    SELECT
        *,
        -- Intervals that overlap or touch belong to one island.
        SUM(CASE WHEN covered_from <= reached_at THEN 0 ELSE 1 END) OVER (
            PARTITION BY network, account_id, stream
            ORDER BY covered_from, covered_until
        ) AS island
    FROM (
        SELECT
            *,
            MAX(covered_until) OVER (
                PARTITION BY network, account_id, stream
                ORDER BY covered_from, covered_until
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS reached_at
        FROM coverage
        WHERE reason IS NULL
    ) AS reached
) AS numbered
GROUP BY
    network,
    account_id,
    stream,
    island
