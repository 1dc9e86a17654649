-- One row per response of a body to a person, whatever it answers: replies and messages to them.
SELECT
    presence_id,
    addressee_id AS author_id,
    sent_at
FROM addressee
