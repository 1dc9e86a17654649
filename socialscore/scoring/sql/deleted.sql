-- One row per message that its author deleted before any response and before the horizon.
SELECT
    addressed.presence_id,
    addressed.message_id,
    addressed.sent_at
FROM addressed
LEFT JOIN first_response
    ON
        addressed.presence_id = first_response.presence_id
        AND addressed.message_id = first_response.message_id
WHERE
    $exclude_deleted
    AND addressed.reason IS NULL
    AND addressed.deleted_at < $as_of
    AND EPOCH_US(addressed.deleted_at) - EPOCH_US(addressed.sent_at) < $horizon_us
    AND COALESCE(first_response.responded_at > addressed.deleted_at, TRUE)
