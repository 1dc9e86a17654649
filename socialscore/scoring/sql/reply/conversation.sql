-- One row per counted message and message of the body that may answer it, in its conversation.
SELECT *
FROM direct_reply
UNION ALL
SELECT *
FROM conversation_reply
