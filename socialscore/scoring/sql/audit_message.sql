-- One row per message of some requests, as the people of an audit read it.
SELECT
    presence.body_id,
    presence.network,
    membership.request_id,
    message.message_id,
    message.author_id,
    message.sent_at,
    message.reply_to_id,
    message.conversation_id,
    message.text AS message_text
FROM membership
INNER JOIN presence USING (presence_id)
INNER JOIN message
    ON
        presence.network = message.network
        AND membership.account_id = message.account_id
        AND membership.message_id = message.message_id
WHERE
    membership.request_id = ANY($request_ids)
    AND EPOCH_US(membership.sent_at) - EPOCH_US(membership.asked_at) <= $horizon_us
