-- One row per message that somebody addressed to one body in the period: what became of it.
SELECT
    presence.network,
    addressed.account_id,
    addressed.message_id,
    addressed.sent_at,
    -- Why it does not count; NULL: it does.
    COALESCE(
        addressed.reason,
        CASE WHEN deleted.message_id IS NOT NULL THEN 'deleted' END,
        CASE WHEN repeated.message_id IS NOT NULL THEN 'duplicate' END
    ) AS reason,
    addressed.question_mark,
    addressed.question,
    addressed.request,
    -- The rule that selected it, or that passed it over; NULL: none read anything in it.
    addressed.rule_id,
    -- The first message of the request that it belongs to; NULL where it does not count.
    membership.request_id,
    membership.asked_at,
    -- What is added to a request later than it is watched changes nothing.
    EPOCH_US(addressed.sent_at) - EPOCH_US(membership.asked_at) > $horizon_us AS added_too_late,
    -- What became of the request; NULL where it was asked before the period.
    clocked.started_at,
    clocked.selected,
    clocked.matured,
    clocked.due AND NOT clocked.matured AS unwatched,
    clocked.question_mark AS request_question_mark,
    clocked.question AS request_question,
    clocked.request AS request_request,
    clocked.responded_at AS request_responded_at,
    clocked.redirected AS request_redirected,
    clocked.delay_us / 1e6 AS calendar_delay_seconds,
    COALESCE(clocked.delay_us <= clocked.seen_us, FALSE) AS in_time,
    -- On the ranking's clock, which runs no longer than the request is watched.
    CASE WHEN clocked.delay_us <= clocked.seen_us THEN clocked.elapsed_us / 1e6 END
        AS delay_seconds,
    -- The first response to this message, and how it was found.
    matched.response_id,
    matched.responded_at,
    matched.redirected,
    matched.matched_by
FROM addressed
INNER JOIN presence USING (presence_id)
LEFT JOIN deleted
    ON
        addressed.presence_id = deleted.presence_id
        AND addressed.message_id = deleted.message_id
LEFT JOIN repeated
    ON
        addressed.presence_id = repeated.presence_id
        AND addressed.message_id = repeated.message_id
LEFT JOIN membership
    ON
        addressed.presence_id = membership.presence_id
        AND addressed.message_id = membership.message_id
LEFT JOIN clocked
    ON
        membership.presence_id = clocked.presence_id
        AND membership.request_id = clocked.request_id
LEFT JOIN matched
    ON
        addressed.presence_id = matched.presence_id
        AND addressed.message_id = matched.message_id
WHERE
    presence.body_id = $body_id
    -- A request may go on after the period, and a ranking by the latest requests goes back further.
    AND (
        clocked.request_id IS NOT NULL
        OR (addressed.sent_at >= $since AND addressed.sent_at < $until)
    )
