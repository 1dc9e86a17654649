-- One row per request of the period, with its first response: every episode is one.
SELECT
    episode.presence_id,
    episode.request_id,
    MIN(episode.asked_at) AS asked_at,
    CASE $clock_start
        WHEN 'last' THEN MAX(episode.sent_at)
        ELSE MIN(episode.asked_at)
    END AS started_at,
    MIN(first_response.responded_at) AS responded_at,
    COALESCE(SUM(first_response.n_too_early), 0) AS n_too_early,
    -- A request is selected if any of its messages is.
    BOOL_OR(episode.question_mark) AS question_mark,
    BOOL_OR(episode.question) AS question,
    BOOL_OR(episode.request) AS request
FROM episode
LEFT JOIN first_response
    ON
        episode.presence_id = first_response.presence_id
        AND episode.message_id = first_response.message_id
WHERE
    episode.asked_at >= $since
    AND episode.asked_at < $until
    -- What is added to a request later than it is watched changes nothing.
    AND EPOCH_US(episode.sent_at) - EPOCH_US(episode.asked_at) <= $watched_us
GROUP BY
    episode.presence_id,
    episode.request_id
