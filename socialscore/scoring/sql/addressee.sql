-- One row per message of a body that may be a response, and person whom it addresses.
SELECT
    candidate.presence_id,
    candidate.account_id,
    candidate.message_id,
    candidate.sent_at,
    candidate.conversation_id,
    candidate.redirected,
    candidate.n_others = 1 AS alone,
    person.addressee_id
FROM candidate
CROSS JOIN UNNEST(candidate.addressed_ids) AS person (addressee_id)
