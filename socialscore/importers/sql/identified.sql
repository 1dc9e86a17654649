-- One row per account of which the panel has the handle alone, and the one identifier it goes by.
SELECT
    identity.network,
    identity.account_id,
    MIN(identity.identifier) AS identifier
FROM identity
INNER JOIN account
    ON
        identity.network = account.network
        AND identity.account_id = account.account_id
WHERE
    identity.guess IN (1, 2)
    AND LOWER(account.account_id) = account.handle
    AND LEN(account.other_ids) = 0
GROUP BY
    identity.network,
    identity.account_id
HAVING COUNT(*) = 1
