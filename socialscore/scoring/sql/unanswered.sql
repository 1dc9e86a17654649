-- One row per selected request that has no response, of one body or of all.
SELECT
    eligible.body_id,
    eligible.network,
    eligible.account_id,
    eligible.request_id,
    eligible.asked_at,
    eligible.started_at,
    NOT eligible.due AS pending,
    -- Not all that the body wrote was in view until the horizon or the data ended.
    CASE
        WHEN eligible.due THEN NOT eligible.matured
        ELSE
            NOT eligible.asked_in_view
            OR eligible.seen_us < LEAST(
                EPOCH_US(eligible.asked_at) + $horizon_us,
                EPOCH_US($as_of)
            ) - EPOCH_US(eligible.started_at)
    END AS unwatched,
    selecting.rule_id,
    -- In a later request, too.
    asked_again.n_asked_again
FROM eligible
INNER JOIN selecting
    ON
        eligible.presence_id = selecting.presence_id
        AND eligible.request_id = selecting.request_id
INNER JOIN asked_again
    ON
        eligible.presence_id = asked_again.presence_id
        AND eligible.request_id = asked_again.message_id
WHERE
    eligible.selected
    AND eligible.responded_at IS NULL
    AND eligible.body_id = COALESCE($body_id, eligible.body_id)
