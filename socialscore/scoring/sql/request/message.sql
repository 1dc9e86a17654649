-- One row per request, with its first response: every message that counts is one.
SELECT
    demand.presence_id,
    demand.message_id AS request_id,
    demand.account_id,
    demand.sent_at AS asked_at,
    demand.sent_at AS started_at,
    first_response.responded_at,
    first_response.answered_at,
    demand.question_mark,
    demand.question,
    demand.request,
    COALESCE(first_response.n_too_early, 0) AS n_too_early
FROM demand
LEFT JOIN first_response
    ON
        demand.presence_id = first_response.presence_id
        AND demand.message_id = first_response.message_id
WHERE
    demand.sent_at >= $asked_from
    AND demand.sent_at < $until
