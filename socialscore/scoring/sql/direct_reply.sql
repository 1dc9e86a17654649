-- One row per counted message and reply of the body to it.
SELECT
    addressed.presence_id,
    addressed.message_id,
    outbound.sent_at AS responded_at,
    -- Up to 60 s early the clocks differ; earlier than that, it cannot be an answer.
    EPOCH_US(addressed.sent_at) - EPOCH_US(outbound.sent_at) > 60000000 AS too_early
FROM addressed
INNER JOIN outbound
    ON
        addressed.presence_id = outbound.presence_id
        AND addressed.message_id = outbound.reply_to_id
WHERE
    addressed.reason IS NULL
    AND outbound.responding
    AND EPOCH_US(outbound.sent_at) - EPOCH_US(addressed.sent_at) <= $watched_us
