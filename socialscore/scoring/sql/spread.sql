-- One row per line: what the delays of its answered requests say in order of size.
SELECT
    line_id,
    -- The order statistics that bound the median: the 2.5 % quantile of the binomial distribution,
    -- by the expansion of Cornish and Fisher, which is exact at least up to a million answers.
    MIN(elapsed_us) FILTER (WHERE n_answered_so_far >= outer_rank) / 1e6 AS median_delay_low,
    MIN(elapsed_us) FILTER (WHERE n_answered_so_far >= n_answered_in_all + 1 - outer_rank)
    / 1e6 AS median_delay_high,
    SUM(elapsed_us * n_kept) / (1e6 * NULLIF(SUM(n_kept), 0)) AS trimmed_delay
FROM (
    SELECT
        *,
        -- Of fewer independent answers, the ranks lie further from the middle by the root of the
        -- design effect; where that is beyond the first answer, there is no interval.
        CASE
            WHEN n_answered_in_all >= 6
                THEN NULLIF(GREATEST(FLOOR(
                    (
                        n_answered_in_all + 1
                        - 1.959963984540054 * delay_deff
                        * SQRT(GREATEST(n_answered_in_all / delay_deff - 0.473576, 0.0))
                    ) / 2
                ), 0.0), 0.0)
        END AS outer_rank,
        -- Of the fastest answers, up to the trimmed share of all, those of this length.
        GREATEST(
            LEAST(
                n_answered,
                n_answered_in_all
                - CAST(FLOOR($trim * n_answered_in_all + 1e-9) AS BIGINT)
                - (n_answered_so_far - n_answered)
            ),
            0
        ) AS n_kept
    FROM step
    LEFT JOIN effect USING (line_id)
) AS ranked
WHERE n_answered > 0
GROUP BY line_id
