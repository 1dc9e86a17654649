-- One row per request as waiting-time data: how long, and whether a response was seen.
SELECT
    body_id,
    asked_at,
    delay_seconds,
    question_mark,
    question,
    request,
    matured,
    n_too_early,
    -- Selected, and watched to the end: one of the N of every rate.
    selected AND matured AS counted,
    -- One of the k.
    selected AND matured AND COALESCE(delay_seconds <= $horizon_us / 1e6, FALSE) AS answered,
    selected AND matured AND COALESCE(delay_seconds > $horizon_us / 1e6, FALSE) AS late,
    selected AND NOT matured AS pending,
    -- For the Kaplan–Meier estimate: how long the wait was seen, and whether a response ended it.
    selected,
    COALESCE(delay_seconds <= seen_us / 1e6, FALSE) AS ended,
    CASE
        WHEN delay_seconds <= seen_us / 1e6 THEN delay_seconds
        ELSE seen_us / 1e6
    END AS elapsed_seconds
FROM (
    SELECT
        *,
        -- A response up to 60 s before the request came at once.
        CASE
            WHEN responded_at > started_at
                THEN (EPOCH_US(responded_at) - EPOCH_US(started_at)) / 1e6
            WHEN responded_at IS NOT NULL THEN 0.0
        END AS delay_seconds,
        EPOCH_US(started_at) + $maturing_us <= EPOCH_US($as_of) AS matured,
        LEAST($horizon_us, EPOCH_US($as_of) - EPOCH_US(started_at)) AS seen_us,
        CASE $selection
            WHEN 'question-mark' THEN question_mark
            WHEN 'questions' THEN question
            WHEN 'requests' THEN request
            ELSE TRUE
        END AS selected
    FROM request
    INNER JOIN presence USING (presence_id)
) AS timed
