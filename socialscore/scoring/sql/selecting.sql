-- One row per request: the rule that selected it, of the first of its messages that is selected.
SELECT
    presence_id,
    request_id,
    rule_id
FROM (
    SELECT
        membership.presence_id,
        membership.request_id,
        addressed.rule_id,
        ROW_NUMBER() OVER (
            PARTITION BY membership.presence_id, membership.request_id
            ORDER BY
                CASE $selection
                    WHEN 'question-mark' THEN membership.question_mark
                    WHEN 'questions' THEN membership.question
                    WHEN 'requests' THEN membership.request
                    ELSE TRUE
                END DESC,
                membership.sent_at ASC,
                membership.message_id ASC
        ) AS place
    FROM membership
    INNER JOIN addressed
        ON
            membership.presence_id = addressed.presence_id
            AND membership.message_id = addressed.message_id
) AS placed
WHERE place = 1
