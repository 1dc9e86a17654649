-- One row per counted message and message of the body that may answer it, in any conversation.
SELECT *
FROM direct_reply
UNION ALL
SELECT *
FROM conversation_reply
UNION ALL
SELECT *
FROM loose_reply
