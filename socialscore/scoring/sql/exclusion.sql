-- One row per inbound message of the period that is left out, with the reason.
SELECT
    body_id,
    reason
FROM addressed
INNER JOIN presence USING (presence_id)
WHERE
    reason IS NOT NULL
    AND sent_at >= $since
    AND sent_at < $until
UNION ALL
SELECT
    body_id,
    'deleted' AS reason
FROM deleted
INNER JOIN presence USING (presence_id)
WHERE
    sent_at >= $since
    AND sent_at < $until
