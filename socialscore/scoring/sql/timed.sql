-- One row per request, timed on the calendar clock.
SELECT
    presence.body_id,
    presence.network,
    request.account_id,
    request.presence_id,
    request.request_id,
    request.asked_at,
    request.started_at,
    request.responded_at,
    -- A response up to 60 s before the request came at once.
    CASE
        WHEN request.responded_at > request.started_at
            THEN EPOCH_US(request.responded_at) - EPOCH_US(request.started_at)
        WHEN request.responded_at IS NOT NULL THEN 0
    END AS delay_us,
    -- How long it was seen to wait: without a response by then, it is known to wait longer.
    GREATEST(
        LEAST(
            EPOCH_US(request.asked_at) + $horizon_us,
            EPOCH_US($as_of),
            EPOCH_US(COALESCE(in_view.watched_until, request.asked_at))
        ) - EPOCH_US(request.started_at),
        0
    ) AS seen_us,
    in_view.presence_id IS NOT NULL AS asked_in_view,
    COALESCE(request.answered_at > request.responded_at, TRUE) AS redirected,
    request.question_mark,
    request.question,
    request.request,
    CASE $selection
        WHEN 'question-mark' THEN request.question_mark
        WHEN 'questions' THEN request.question
        WHEN 'requests' THEN request.request
        ELSE TRUE
    END AS selected,
    EPOCH_US(request.asked_at) + $maturing_us <= EPOCH_US($as_of) AS due,
    -- Due, and what the body wrote was in view for all of the time in which it was watched.
    EPOCH_US(request.asked_at) + $maturing_us <= EPOCH_US($as_of)
    AND COALESCE(
        EPOCH_US(in_view.watched_until)
        >= LEAST(EPOCH_US(request.asked_at) + $horizon_us, EPOCH_US($as_of)),
        FALSE
    ) AS matured,
    request.n_too_early
FROM request
INNER JOIN presence USING (presence_id)
LEFT JOIN in_view
    ON
        request.presence_id = in_view.presence_id
        AND request.asked_at >= in_view.seen_from
        AND request.asked_at < in_view.seen_until
