-- One row per identifier by which the file knows an account of the panel, and how it is known: 0
-- the panel says it, 1 its author has the account's handle, 2 people name it with that handle, 3 it
-- is the handle.
WITH
-- One row per identifier of an author, or of whom a message answers or names.
spoken AS (
    SELECT
        network,
        author_id AS identifier
    FROM staged
    WHERE refusal IS NULL
    UNION ALL
    SELECT
        network,
        reply_to_author_id AS identifier
    FROM staged
    WHERE refusal IS NULL AND reply_to_author_id IS NOT NULL
    UNION ALL
    SELECT
        network,
        UNNEST(mentioned_ids) AS identifier
    FROM staged
    WHERE refusal IS NULL
),

-- One row per message that names one account only, by its handle and by its identifier.
named AS (
    SELECT
        network,
        author_id,
        mentioned_ids[1] AS identifier,
        LOWER(mentioned_handles[1]) AS handle
    FROM staged
    WHERE
        refusal IS NULL
        AND LEN(mentioned_ids) = 1
        AND LEN(mentioned_handles) = 1
),

-- One row per identifier that goes with a handle of the panel in what several people wrote.
paired AS (
    SELECT
        named.network,
        named.identifier,
        account.account_id
    FROM named
    INNER JOIN account
        ON
            named.network = account.network
            AND named.handle = account.handle
    GROUP BY
        named.network,
        named.identifier,
        account.account_id
    HAVING COUNT(DISTINCT named.author_id) > 1
),

-- One row per handle of an author or of somebody who is named so, and identifier.
called AS (
    SELECT
        network,
        identifier,
        handle
    FROM named
    UNION
    SELECT
        network,
        author_id AS identifier,
        LOWER(author_handle) AS handle
    FROM staged
    WHERE refusal IS NULL AND author_handle IS NOT NULL
),

-- One row per identifier of a pair that goes with no other handle.
sure AS (
    SELECT
        called.network,
        called.identifier
    FROM called
    SEMI JOIN paired
        ON
            called.network = paired.network
            AND called.identifier = paired.identifier
    GROUP BY
        called.network,
        called.identifier
    HAVING COUNT(DISTINCT called.handle) = 1
),

known AS (
    SELECT
        network,
        account_id AS identifier,
        account_id,
        0 AS guess
    FROM account
    UNION ALL
    SELECT
        network,
        UNNEST(other_ids) AS identifier,
        account_id,
        0 AS guess
    FROM account
    UNION ALL
    SELECT
        staged.network,
        staged.author_id AS identifier,
        account.account_id,
        1 AS guess
    FROM staged
    INNER JOIN account
        ON
            staged.network = account.network
            AND LOWER(staged.author_handle) = account.handle
    UNION ALL
    SELECT
        paired.network,
        paired.identifier,
        paired.account_id,
        2 AS guess
    FROM paired
    SEMI JOIN sure
        ON
            paired.network = sure.network
            AND paired.identifier = sure.identifier
    UNION ALL
    -- Digits are an identifier, whoever is called so.
    SELECT
        spoken.network,
        spoken.identifier,
        account.account_id,
        3 AS guess
    FROM spoken
    INNER JOIN account
        ON
            spoken.network = account.network
            AND LTRIM(LOWER(spoken.identifier), '@') = account.handle
    WHERE NOT REGEXP_FULL_MATCH(spoken.identifier, '[0-9]+')
)

SELECT
    network,
    identifier,
    ARG_MIN(account_id, guess) AS account_id,
    MIN(guess) AS guess
FROM known
GROUP BY
    network,
    identifier
