-- One row: how many messages answer one, and how many answer one that the file does not have.
WITH
known AS (
    SELECT DISTINCT
        network,
        message_id
    FROM staged
    WHERE refusal IS NULL
),

reply AS (
    SELECT
        network,
        reply_to_id
    FROM staged
    WHERE
        refusal IS NULL
        AND copy_of IS NULL
        AND reply_to_id IS NOT NULL
)

SELECT
    COUNT(*) AS n_replies,
    COUNT(*) FILTER (WHERE known.message_id IS NULL) AS n_orphans
FROM reply
LEFT JOIN known
    ON
        reply.network = known.network
        AND reply.reply_to_id = known.message_id
