-- Of rows with one id the last edit counts, else the first one; a row that differs is refused.
UPDATE staged
SET
    copy_of = twin.kept_line,
    refusal = CASE
        WHEN twin.n_edits = twin.kept_n_edits AND twin.said <> twin.kept_said
            THEN 'same id as line ' || twin.kept_line || ' but other content'
    END
FROM (
    SELECT
        rowid AS copy_id,
        COALESCE(n_edits, 0) AS n_edits,
        HASH(author_id, sent_at, text) AS said,
        FIRST_VALUE(line) OVER same_id AS kept_line,
        FIRST_VALUE(COALESCE(n_edits, 0)) OVER same_id AS kept_n_edits,
        FIRST_VALUE(HASH(author_id, sent_at, text)) OVER same_id AS kept_said,
        ROW_NUMBER() OVER same_id AS place
    FROM staged
    WHERE refusal IS NULL
    WINDOW same_id AS (
        PARTITION BY network, message_id
        ORDER BY COALESCE(n_edits, 0) DESC, line ASC, rowid ASC
    )
) AS twin
WHERE
    staged.rowid = twin.copy_id
    AND twin.place > 1
