-- Every message that counts is a request.
requested AS (
    SELECT
        account_id,
        sent_at AS asked_at,
        responded_at,
        answered_at,
        n_too_early,
        question_mark,
        question,
        request
    FROM heard
    WHERE reason IS NULL AND sent_at >= $since AND sent_at < $until
),
