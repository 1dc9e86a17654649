-- One row per account, and per kind of replies of it that were lost in reading: how many rows.
WITH
-- One row per refused row.
refused AS (
    SELECT
        rowid AS row_id,
        network,
        NULLIF(author_id, '') AS author_id,
        LOWER(author_handle) AS author_handle
    FROM staged
    WHERE
        refusal IS NOT NULL
        AND copy_of IS NULL
),

-- One row per refused row and account that wrote it.
own AS (
    SELECT
        refused.row_id,
        identity.network,
        identity.account_id
    FROM refused
    INNER JOIN identity
        ON
            refused.network = identity.network
            AND refused.author_id = identity.identifier
    UNION
    SELECT
        refused.row_id,
        account.network,
        account.account_id
    FROM refused
    INNER JOIN account
        ON
            refused.network = account.network
            AND refused.author_handle = account.handle
),

-- How many refused rows do not say who wrote them.
unreadable AS (
    SELECT COUNT(*) AS n_rows
    FROM refused
    WHERE
        author_id IS NULL
        AND author_handle IS NULL
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
    COUNT(*) AS n_rows
FROM own
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
    unreadable.n_rows
FROM whose
CROSS JOIN unreadable
WHERE unreadable.n_rows > 0
ORDER BY
    network,
    account_id,
    kind
