-- One row per message and account of the panel that wrote it or is addressed by it.
WITH
-- One row per message: the account that wrote it, if one did, and who wrote what it answers.
answer AS (
    SELECT
        staged.rowid AS row_id,
        staged.network,
        staged.account,
        staged.author_id,
        writer.account_id AS own_account_id,
        COALESCE(staged.reply_to_author_id, parent.author_id) AS answered_id
    FROM staged
    LEFT JOIN identity AS writer
        ON
            staged.network = writer.network
            AND staged.author_id = writer.identifier
    LEFT JOIN staged AS parent
        ON
            staged.reply_to_author_id IS NULL
            AND staged.network = parent.network
            AND staged.reply_to_id = parent.message_id
            AND parent.refusal IS NULL
            AND parent.copy_of IS NULL
    WHERE
        staged.refusal IS NULL
        AND staged.copy_of IS NULL
),

-- One row per message, with whether it answers somebody else than a body or its own author.
link AS (
    SELECT
        answer.* EXCLUDE (author_id, answered_id),
        COALESCE(answered.account_id, answer.answered_id) AS answered_id,
        COALESCE(
            answer.answered_id <> answer.author_id AND answered.account_id IS NULL, FALSE
        ) AS answers_citizen
    FROM answer
    LEFT JOIN identity AS answered
        ON
            answer.network = answered.network
            AND answer.answered_id = answered.identifier
),

-- One row per message and account that it names by its handle.
by_name AS (
    SELECT
        named.row_id,
        account.account_id
    FROM (
        SELECT
            rowid AS row_id,
            network,
            UNNEST(mentioned_handles) AS handle
        FROM staged
        WHERE refusal IS NULL AND copy_of IS NULL
        UNION ALL
        SELECT
            row_id,
            network,
            account AS handle
        FROM link
        WHERE account IS NOT NULL
    ) AS named
    INNER JOIN account
        ON
            named.network = account.network
            AND LOWER(named.handle) = account.handle
),

-- One row per message and account that it names by its identifier, or answers.
by_identifier AS (
    SELECT
        named.row_id,
        identity.account_id
    FROM (
        SELECT
            rowid AS row_id,
            network,
            UNNEST(mentioned_ids) AS identifier
        FROM staged
        WHERE refusal IS NULL AND copy_of IS NULL
        UNION ALL
        SELECT
            row_id,
            network,
            account AS identifier
        FROM link
        WHERE account IS NOT NULL
        UNION ALL
        SELECT
            row_id,
            network,
            answered_id AS identifier
        FROM link
        WHERE answered_id IS NOT NULL
    ) AS named
    INNER JOIN identity
        ON
            named.network = identity.network
            AND named.identifier = identity.identifier
),

concerned AS (
    SELECT * FROM by_name
    UNION
    SELECT * FROM by_identifier
    UNION
    SELECT
        row_id,
        own_account_id AS account_id
    FROM link
    WHERE own_account_id IS NOT NULL
)

SELECT
    concerned.row_id,
    link.network,
    concerned.account_id,
    link.own_account_id,
    link.answered_id,
    link.answers_citizen
FROM concerned
INNER JOIN link ON concerned.row_id = link.row_id
