-- One row per message of a selected request that has matured, with its author and its text.
SELECT
    clocked.body_id,
    clocked.network,
    clocked.request_id,
    message.message_id,
    message.author_id,
    message.sent_at,
    message.text AS message_text
FROM clocked
INNER JOIN membership
    ON
        clocked.presence_id = membership.presence_id
        AND clocked.request_id = membership.request_id
INNER JOIN message
    ON
        clocked.network = message.network
        AND membership.account_id = message.account_id
        AND membership.message_id = message.message_id
WHERE
    clocked.selected
    AND clocked.matured
    AND EPOCH_US(membership.sent_at) - EPOCH_US(membership.asked_at) <= $horizon_us
