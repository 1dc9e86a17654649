-- One row per account that the file says is a body's.
SELECT
    network,
    author_id,
    COALESCE(MIN(author_handle), author_id) AS handle
FROM staged
WHERE
    refusal IS NULL
    AND official
GROUP BY
    network,
    author_id
ORDER BY
    network,
    handle,
    author_id
