-- One row per inbound message of the period that is left out, with the reason.
SELECT
    presence.body_id,
    left_out.reason
FROM left_out
INNER JOIN presence USING (presence_id)
WHERE
    left_out.sent_at >= $since
    AND left_out.sent_at < $until
