-- Replies that name a row of the file answer the message in it, if it is one.
UPDATE staged
SET reply_to_id = found.message_id, lost_parent = found.row_key IS NULL
FROM (
    SELECT
        child.rowid AS child_id,
        parent.row_key,
        CASE WHEN parent.notice IS NULL THEN parent.message_id END AS message_id
    FROM staged AS child
    LEFT JOIN staged AS parent ON child.reply_to_row_key = parent.row_key
    WHERE child.reply_to_id IS NULL AND child.reply_to_row_key IS NOT NULL
) AS found
WHERE staged.rowid = found.child_id
