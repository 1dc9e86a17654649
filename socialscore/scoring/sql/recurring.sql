-- One row per message that counts but for its text, which its author sent the body more than once.
SELECT
    addressed.presence_id,
    addressed.author_id,
    addressed.text_digest,
    addressed.message_id,
    addressed.sent_at
FROM addressed
LEFT JOIN deleted
    ON
        $exclude_deleted
        AND addressed.presence_id = deleted.presence_id
        AND addressed.message_id = deleted.message_id
WHERE
    addressed.reason IS NULL
    AND deleted.message_id IS NULL
    AND addressed.sent_at >= $repeated_from
    AND (addressed.presence_id, addressed.author_id, addressed.text_digest) IN (
        SELECT
            said.presence_id,
            said.author_id,
            said.text_digest
        FROM addressed AS said
        WHERE
            $exclude_duplicate
            AND said.reason IS NULL
            AND said.text_digest IS NOT NULL
            AND said.sent_at >= $repeated_from
        GROUP BY
            said.presence_id,
            said.author_id,
            said.text_digest
        HAVING COUNT(*) > 1
    )
