-- One row per inbound message that counts.
SELECT
    addressed.presence_id,
    addressed.account_id,
    addressed.message_id,
    addressed.author_id,
    addressed.sent_at,
    addressed.question_mark,
    addressed.question,
    addressed.request
FROM addressed
LEFT JOIN deleted
    ON
        $exclude_deleted
        AND addressed.presence_id = deleted.presence_id
        AND addressed.message_id = deleted.message_id
LEFT JOIN repeated
    ON
        $exclude_duplicate
        AND addressed.presence_id = repeated.presence_id
        AND addressed.message_id = repeated.message_id
WHERE
    addressed.reason IS NULL
    AND deleted.message_id IS NULL
    AND repeated.message_id IS NULL
