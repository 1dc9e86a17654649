-- One row per request as waiting-time data: how long, and whether a response was seen.
SELECT
    line_id,
    body_id,
    asked_at,
    -- In the ranking's timezone.
    day,
    is_weekend,
    question_mark,
    question,
    request,
    matured,
    n_too_early,
    redirected,
    -- Watched to the end, and answered by then, whether it is selected or not.
    matured AND COALESCE(delay_us <= seen_us, FALSE) AS responded,
    -- Selected, and watched to the end: one of the N of every rate.
    selected AND matured AS counted,
    -- One of the k.
    selected AND matured AND COALESCE(delay_us <= seen_us, FALSE) AS answered,
    -- What its body promises was over before it was no longer watched.
    selected AND matured AND COALESCE(promise_us <= seen_us, FALSE) AS promised,
    selected AND matured AND COALESCE(promise_us <= seen_us AND delay_us <= promise_us, FALSE)
        AS kept,
    -- Answered later, as far as requests are looked after.
    selected AND matured AND COALESCE(delay_us > seen_us, FALSE) AS late,
    selected AND NOT due AS pending,
    selected AND due AND NOT matured AS unwatched,
    delay_us / 1e6 AS calendar_delay_seconds,
    -- For the Kaplan–Meier estimate: how long the wait was seen, and whether a response ended it.
    selected AND asked_in_view AS selected,
    COALESCE(delay_us <= seen_us, FALSE) AS ended,
    -- Whole numbers, which add up to the same in any order; fractions do not.
    elapsed_us,
    -- Of the answered, the same is the delay.
    CASE WHEN COALESCE(delay_us <= seen_us, FALSE) THEN elapsed_us / 1e6 END AS delay_seconds
FROM grouping
INNER JOIN local_day
    ON
        CAST(grouping.asked_at AS DATE) = local_day.utc_day
        AND grouping.asked_at >= local_day.starts_at
        AND grouping.asked_at < local_day.ends_at
