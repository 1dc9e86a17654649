-- One row per counted message and response to it: replies, and messages to its author.
SELECT
    presence_id,
    message_id,
    responded_at,
    too_early
FROM direct_reply
UNION ALL
SELECT
    presence_id,
    message_id,
    responded_at,
    too_early
FROM conversation_reply
