-- One row per response of a body to a person, whatever it answers: replies only.
SELECT
    presence_id,
    reply_to_author_id AS author_id,
    sent_at
FROM candidate
WHERE reply_to_author_id IS NOT NULL
