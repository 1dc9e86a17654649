-- One row per turn in the exchange of one person and one body, citizens' turns with a message_id.
SELECT
    presence_id,
    account_id,
    author_id,
    message_id,
    sent_at,
    question_mark,
    question,
    request,
    -- Of two turns in one second the citizen's is the first.
    0 AS speaker
FROM demand
UNION ALL
SELECT
    presence_id,
    NULL AS account_id,
    author_id,
    NULL AS message_id,
    sent_at,
    NULL AS question_mark,
    NULL AS question,
    NULL AS request,
    1 AS speaker
FROM spoken
