turn AS (
    SELECT
        account_id,
        author_id,
        message_id,
        sent_at,
        responded_at,
        answered_at,
        n_too_early,
        question_mark,
        question,
        request,
        0 AS speaker
    FROM heard
    WHERE reason IS NULL
    UNION ALL BY NAME
    SELECT
        account_id,
        unnest(addressed_ids) AS author_id,
        sent_at,
        1 AS speaker
    FROM response
),
