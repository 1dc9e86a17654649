-- One row per counted message that has a response, with the first one.
SELECT
    presence_id,
    message_id,
    MIN(responded_at) FILTER (WHERE NOT too_early) AS responded_at,
    -- Of an answer and a redirect in one second, the answer counts.
    MIN(responded_at) FILTER (WHERE NOT too_early AND NOT redirected) AS answered_at,
    COUNT(*) FILTER (WHERE too_early) AS n_too_early
FROM response
GROUP BY
    presence_id,
    message_id
