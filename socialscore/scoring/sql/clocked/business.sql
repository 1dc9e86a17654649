-- One row per request, with the time for which it was seen to wait, in which open hours count.
SELECT
    stopped.*,
    CASE
        -- A response before the body opens again takes no time, or, by option, all that passed.
        WHEN
            $off_hours_reply = 'elapsed'
            AND stopped.delay_us <= stopped.seen_us
            AND NOT opening.is_open
            AND opening.stretch_id = closing.stretch_id
            THEN stopped.delay_us
        ELSE
            closing.open_us
            + CASE
                WHEN closing.is_open
                    THEN EPOCH_US(stopped.stopped_at) - EPOCH_US(closing.starts_at)
                ELSE 0
            END
            - opening.open_us
            - CASE
                WHEN opening.is_open
                    THEN EPOCH_US(stopped.started_at) - EPOCH_US(opening.starts_at)
                ELSE 0
            END
    END AS elapsed_us
FROM (
    SELECT
        *,
        MAKE_TIMESTAMP(
            EPOCH_US(started_at) + LEAST(COALESCE(delay_us, seen_us), seen_us)
        ) AS stopped_at
    FROM eligible
) AS stopped
INNER JOIN body USING (body_id)
INNER JOIN stretch AS opening
    ON
        body.calendar_id = opening.calendar_id
        AND CAST(stopped.started_at AS DATE) = opening.day
        AND stopped.started_at >= opening.starts_at
        AND stopped.started_at < opening.ends_at
INNER JOIN stretch AS closing
    ON
        body.calendar_id = closing.calendar_id
        AND CAST(stopped.stopped_at AS DATE) = closing.day
        AND stopped.stopped_at >= closing.starts_at
        AND stopped.stopped_at < closing.ends_at
