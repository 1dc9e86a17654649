-- One row per account that a body seems to hold: others address it, and it answers.
WITH
addressee AS (
    SELECT
        network,
        author_id,
        UNNEST(mentioned_handles) AS handle,
        NULL AS account_id
    FROM staged
    WHERE refusal IS NULL
    UNION ALL
    SELECT
        network,
        author_id,
        NULL AS handle,
        reply_to_author_id AS account_id
    FROM staged
    WHERE refusal IS NULL AND reply_to_author_id IS NOT NULL
),

writer AS (
    SELECT
        network,
        author_id,
        COALESCE(MIN(author_handle), author_id) AS handle,
        BOOL_OR(reply_to_id IS NOT NULL) AS replying
    FROM staged
    WHERE refusal IS NULL
    GROUP BY
        network,
        author_id
)

SELECT
    network,
    author_id,
    handle
FROM writer
WHERE
    replying
    AND (
        EXISTS (
            SELECT 1
            FROM addressee
            WHERE
                addressee.network = writer.network
                AND LOWER(addressee.handle) = LOWER(writer.handle)
                AND addressee.author_id <> writer.author_id
        )
        OR EXISTS (
            SELECT 1
            FROM addressee
            WHERE
                addressee.network = writer.network
                AND addressee.account_id = writer.author_id
                AND addressee.author_id <> writer.author_id
        )
    )
ORDER BY
    network,
    handle,
    author_id
