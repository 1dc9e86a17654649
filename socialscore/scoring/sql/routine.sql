-- One row per reply of which the body wrote the text five times or more, whenever that was.
SELECT
    presence_id,
    network,
    message_id,
    reply_to_id,
    text_digest,
    sent_at
FROM outbound
WHERE
    reply_to_id IS NOT NULL
    AND (presence_id, text_digest) IN (
        SELECT
            written.presence_id,
            written.text_digest
        FROM outbound AS written
        WHERE
            $exclude_bursts
            AND written.reply_to_id IS NOT NULL
        GROUP BY
            written.presence_id,
            written.text_digest
        HAVING COUNT(*) >= 5
    )
