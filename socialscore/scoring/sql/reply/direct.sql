-- One row per counted message and message of the body that may answer it: replies to it only.
SELECT *
FROM direct_reply
