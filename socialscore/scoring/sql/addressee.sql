-- One row per message of a body that may be a response, and person whom it addresses.
SELECT
    presence_id,
    message_id,
    sent_at,
    conversation_id,
    person.addressee_id
FROM outbound
CROSS JOIN UNNEST(outbound.addressed_ids) AS person (addressee_id)
WHERE outbound.responding
