-- One row per request, with how long a response may take that keeps the promise of its body.
SELECT
    clocked.*,
    -- Empty: nothing is promised, or the time is not over where the opening hours are known until.
    CASE
        WHEN body.promise_us IS NOT NULL THEN body.promise_us
        WHEN term.is_open THEN EPOCH_US(term.due_at) - EPOCH_US(term.starts_at)
        ELSE EPOCH_US(term.due_at) - EPOCH_US(clocked.started_at)
    END AS promise_us
FROM clocked
INNER JOIN body USING (body_id)
LEFT JOIN term
    ON
        body.calendar_id = term.calendar_id
        AND body.promise = term.promise
        AND CAST(clocked.started_at AS DATE) = term.day
        AND clocked.started_at >= term.starts_at
        AND clocked.started_at < term.ends_at
