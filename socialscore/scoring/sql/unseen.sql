-- One row per presence and moment, with by how many of its accounts more what they write is unseen.
SELECT
    presence_id,
    changed_at,
    SUM(n_more) AS n_more
FROM (
    -- Before the first account there is one too many.
    SELECT
        presence_id,
        MIN(valid_from) AS changed_at,
        -1 AS n_more
    FROM account
    GROUP BY presence_id
    UNION ALL
    SELECT
        presence_id,
        valid_from AS changed_at,
        1 AS n_more
    FROM account
    UNION ALL
    SELECT
        presence_id,
        valid_until AS changed_at,
        -1 AS n_more
    FROM account
    UNION ALL
    SELECT
        account.presence_id,
        GREATEST(account.valid_from, covered.covered_from) AS changed_at,
        -1 AS n_more
    FROM account
    INNER JOIN covered USING (network, account_id)
    WHERE
        covered.stream = 'outbound'
        AND account.valid_from < covered.covered_until
        AND account.valid_until > covered.covered_from
    UNION ALL
    SELECT
        account.presence_id,
        LEAST(account.valid_until, covered.covered_until) AS changed_at,
        1 AS n_more
    FROM account
    INNER JOIN covered USING (network, account_id)
    WHERE
        covered.stream = 'outbound'
        AND account.valid_from < covered.covered_until
        AND account.valid_until > covered.covered_from
) AS changes
GROUP BY
    presence_id,
    changed_at
HAVING SUM(n_more) <> 0
