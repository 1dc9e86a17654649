-- One row per request, message left out and post: what rankings need of a month that is settled.
SELECT
    'request' AS kind,
    presence_id,
    asked_at AS happened_at,
    started_at,
    responded_at,
    answered_at,
    question_mark,
    question,
    request,
    n_too_early,
    NULL AS reason,
    NULL AS replies_to
FROM request
-- Where some bodies are counted at a time, an account that changed hands brings others along.
WHERE presence_id IN (SELECT presence.presence_id FROM presence)
UNION ALL
SELECT
    'left-out' AS kind,
    presence_id,
    sent_at AS happened_at,
    NULL AS started_at,
    NULL AS responded_at,
    NULL AS answered_at,
    NULL AS question_mark,
    NULL AS question,
    NULL AS request,
    NULL AS n_too_early,
    reason,
    NULL AS replies_to
FROM left_out
WHERE
    presence_id IN (SELECT presence.presence_id FROM presence)
    AND sent_at >= $since
    AND sent_at < $until
UNION ALL
SELECT
    'post' AS kind,
    presence_id,
    sent_at AS happened_at,
    NULL AS started_at,
    NULL AS responded_at,
    NULL AS answered_at,
    NULL AS question_mark,
    NULL AS question,
    NULL AS request,
    NULL AS n_too_early,
    NULL AS reason,
    replies_to
FROM post
WHERE
    presence_id IN (SELECT presence.presence_id FROM presence)
    AND sent_at >= $since
    AND sent_at < $until
-- By kind first: whoever wants one of them reads its groups of rows, and no others.
ORDER BY
    kind,
    happened_at
