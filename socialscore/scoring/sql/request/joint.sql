-- One row per request, with its first response: messages that belong together are one.
SELECT
    membership.presence_id,
    membership.request_id,
    MIN(membership.asked_at) AS asked_at,
    CASE $clock_start
        WHEN 'last' THEN MAX(membership.sent_at)
        ELSE MIN(membership.asked_at)
    END AS started_at,
    MIN(first_response.responded_at) FILTER (
        WHERE
        EPOCH_US(first_response.responded_at) - EPOCH_US(membership.asked_at) <= $watched_us
    ) AS responded_at,
    MIN(first_response.answered_at) AS answered_at,
    COALESCE(SUM(first_response.n_too_early), 0) AS n_too_early,
    -- Asked at the account of its first message.
    MIN(membership.account_id) FILTER (WHERE membership.message_id = membership.request_id)
        AS account_id,
    -- A request is selected if any of its messages is.
    BOOL_OR(membership.question_mark) AS question_mark,
    BOOL_OR(membership.question) AS question,
    BOOL_OR(membership.request) AS request
FROM membership
LEFT JOIN first_response
    ON
        membership.presence_id = first_response.presence_id
        AND membership.message_id = first_response.message_id
WHERE
    membership.asked_at >= $asked_from
    AND membership.asked_at < $until
    -- What is added to a request later than it is watched changes nothing.
    AND EPOCH_US(membership.sent_at) - EPOCH_US(membership.asked_at) <= $horizon_us
GROUP BY
    membership.presence_id,
    membership.request_id
