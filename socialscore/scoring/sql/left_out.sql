-- One row per inbound message that is left out, with the reason.
SELECT
    presence_id,
    sent_at,
    reason
FROM addressed
WHERE reason IS NOT NULL
UNION ALL
SELECT
    presence_id,
    sent_at,
    'deleted' AS reason
FROM deleted
UNION ALL
SELECT
    presence_id,
    sent_at,
    'duplicate' AS reason
FROM repeated
