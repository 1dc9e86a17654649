-- One row per body: the share of the period in which its accounts were in view.
SELECT
    body_id,
    -- Both streams count: without what a body writes there are no responses.
    SUM(seen_us) / (2.0 * SUM(expected_us)) AS coverage
FROM (
    SELECT
        account.body_id,
        account.network,
        account.account_id,
        account.valid_from,
        GREATEST(
            EPOCH_US(LEAST($until, account.valid_until))
            - EPOCH_US(GREATEST($since, account.valid_from)),
            0
        ) AS expected_us,
        COALESCE(SUM(GREATEST(
            EPOCH_US(LEAST($until, account.valid_until, covered.covered_until))
            - EPOCH_US(GREATEST($since, account.valid_from, covered.covered_from)),
            0
        )) FILTER (WHERE covered.account_id IS NOT NULL), 0) AS seen_us
    FROM account
    LEFT JOIN covered
        ON
            account.network = covered.network
            AND account.account_id = covered.account_id
    GROUP BY
        account.body_id,
        account.network,
        account.account_id,
        account.valid_from,
        account.valid_until
) AS in_view
WHERE expected_us > 0
GROUP BY body_id
