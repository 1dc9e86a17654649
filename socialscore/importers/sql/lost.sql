-- One row per account, and per kind of replies of it that were lost in reading: how many rows.
WITH
-- One row per refused row that says who wrote it, with the account if it is one.
refused AS (
    SELECT
        staged.rowid AS row_id,
        NULLIF(staged.author_id, '') IS NULL AND staged.author_handle IS NULL AS unreadable,
        account.network,
        account.account_id
    FROM staged
    LEFT JOIN account
        ON
            staged.network = account.network
            AND (
                staged.author_id = account.account_id
                OR LOWER(staged.author_handle) = account.handle
            )
    WHERE
        staged.refusal IS NOT NULL
        AND staged.copy_of IS NULL
),

-- One row per account of the file.
whose AS (
    SELECT DISTINCT
        network,
        account_id
    FROM concern
)

SELECT
    network,
    account_id,
    'refused-rows' AS kind,
    COUNT(DISTINCT row_id) AS n_rows
FROM refused
WHERE account_id IS NOT NULL
GROUP BY
    network,
    account_id
UNION ALL
SELECT
    concern.network,
    concern.account_id,
    'unknown-parents' AS kind,
    COUNT(*) AS n_rows
FROM concern
INNER JOIN staged ON concern.row_id = staged.rowid
WHERE
    staged.lost_parent
    AND concern.account_id = concern.own_account_id
GROUP BY
    concern.network,
    concern.account_id
UNION ALL
SELECT
    whose.network,
    whose.account_id,
    'unreadable-rows' AS kind,
    COUNT(*) AS n_rows
FROM refused
CROSS JOIN whose
WHERE refused.unreadable
GROUP BY
    whose.network,
    whose.account_id
ORDER BY
    network,
    account_id,
    kind
