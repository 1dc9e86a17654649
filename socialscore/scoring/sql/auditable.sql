-- One row per request that has matured: its selection and outcome, and whether it can be shown.
SELECT
    clocked.body_id,
    clocked.network,
    clocked.request_id,
    clocked.selected,
    -- The narrowest selection that holds it.
    CASE
        WHEN clocked.question_mark THEN 'question-mark'
        WHEN clocked.question THEN 'questions'
        WHEN clocked.request THEN 'requests'
        ELSE 'all'
    END AS selection,
    COALESCE(clocked.delay_us <= clocked.seen_us, FALSE) AS answered,
    -- A picture may stand in a request without a text. A text that has expired left its digest, and
    -- half a request cannot be judged.
    BOOL_OR(COALESCE(TRIM(message.text), '') <> '')
    AND BOOL_AND(COALESCE(message.text, '') <> '' OR message.text_digest IS NULL) AS with_text,
    MIN(message.language) FILTER (WHERE membership.message_id = clocked.request_id) AS asked_in,
    -- Of an answer and a redirect in one second, the answer counts.
    COALESCE(
        MIN(matched.response_id) FILTER (WHERE NOT matched.redirected),
        MIN(matched.response_id)
    ) AS response_id
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
LEFT JOIN matched
    ON
        membership.presence_id = matched.presence_id
        AND membership.message_id = matched.message_id
        AND clocked.responded_at = matched.responded_at
WHERE
    clocked.matured
    AND EPOCH_US(membership.sent_at) - EPOCH_US(membership.asked_at) <= $horizon_us
GROUP BY
    clocked.body_id,
    clocked.network,
    clocked.request_id,
    clocked.selected,
    clocked.question_mark,
    clocked.question,
    clocked.request,
    clocked.delay_us,
    clocked.seen_us
