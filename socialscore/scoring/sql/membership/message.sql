-- One row per message that counts, with the request that it belongs to: each is one of its own.
SELECT
    presence_id,
    account_id,
    message_id,
    sent_at,
    question_mark,
    question,
    request,
    message_id AS request_id,
    sent_at AS asked_at
FROM demand
