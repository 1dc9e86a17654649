-- One row per counted message that has a response, with which one is the first, and how it matched.
SELECT
    presence_id,
    message_id,
    response_id,
    responded_at,
    redirected,
    matched_by
FROM (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY presence_id, message_id
            ORDER BY
                responded_at ASC,
                redirected ASC,
                -- One response may be found in several ways; the strictest says most.
                CASE matched_by WHEN 'direct' THEN 0 WHEN 'conversation' THEN 1 ELSE 2 END ASC,
                response_id ASC
        ) AS place
    FROM response
    WHERE NOT too_early
) AS placed
WHERE place = 1
