-- One row per row at the beginning of the file, with the accounts that it concerns.
WITH
-- One row per row that is not told twice.
first_row AS (
    SELECT
        rowid AS row_id,
        line,
        refusal,
        network,
        COALESCE(author_handle, author_id) AS author,
        sent_at,
        sent_text,
        kind,
        text,
        language,
        reply_to_id
    FROM staged
    WHERE
        copy_of IS NULL
        OR refusal IS NOT NULL
    ORDER BY
        line,
        row_id
    LIMIT $n
)

SELECT
    first_row.*,
    MIN(concern.own_account_id) AS own_account_id,
    COALESCE(
        LIST(DISTINCT concern.account_id) FILTER (
            WHERE concern.account_id IS DISTINCT FROM concern.own_account_id
        ),
        []
    ) AS addressed
FROM first_row
LEFT JOIN concern ON first_row.row_id = concern.row_id
GROUP BY ALL
ORDER BY
    first_row.line,
    first_row.row_id
