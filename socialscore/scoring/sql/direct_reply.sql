-- One row per counted message and reply of the body to it.
SELECT
    addressed.presence_id,
    addressed.message_id,
    addressed.account_id,
    addressed.account_ids,
    candidate.account_id AS responder_id,
    candidate.message_id AS response_id,
    candidate.sent_at AS responded_at,
    candidate.redirected,
    'direct' AS matched_by,
    -- Up to 60 s early the clocks differ; earlier than that, it cannot be an answer.
    EPOCH_US(addressed.sent_at) - EPOCH_US(candidate.sent_at) > 60000000 AS too_early
FROM addressed
INNER JOIN candidate
    ON
        addressed.presence_id = candidate.presence_id
        AND addressed.message_id = candidate.reply_to_id
WHERE
    addressed.reason IS NULL
    AND EPOCH_US(candidate.sent_at) - EPOCH_US(addressed.sent_at) <= $watched_us
    -- Dated more than a day early, it was not meant for this.
    AND EPOCH_US(addressed.sent_at) - EPOCH_US(candidate.sent_at) <= 86400000000
