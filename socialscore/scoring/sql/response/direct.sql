-- One row per counted message and response to it: only replies to the message itself.
SELECT
    presence_id,
    message_id,
    responded_at,
    too_early
FROM direct_reply
