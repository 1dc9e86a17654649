-- One row per counted message and response to it.
SELECT
    presence_id,
    message_id,
    response_id,
    responded_at,
    redirected,
    matched_by,
    too_early
FROM reply
WHERE
    -- Responders are the whole group, or only the accounts that the message addresses.
    $responders = 'group'
    OR responder_id = account_id
    OR COALESCE(responder_id = ANY(account_ids), FALSE)
