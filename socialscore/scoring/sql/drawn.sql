-- One row per request that an audit may draw: the first of each kind, in the order of the seed.
SELECT
    group_id,
    body_id,
    network,
    request_id,
    response_id,
    selection,
    selected,
    answered,
    with_text,
    draw_order,
    n_requests,
    n_with_text
FROM (
    SELECT
        *,
        COUNT(*) OVER kind AS n_requests,
        SUM(CASE WHEN with_text THEN 1 ELSE 0 END) OVER kind AS n_with_text,
        -- What cannot be shown comes last: it is counted, and not drawn.
        ROW_NUMBER() OVER (
            PARTITION BY group_id, selection, answered
            ORDER BY with_text DESC, draw_order ASC, body_id ASC, network ASC, request_id ASC
        ) AS place
    FROM (
        SELECT
            *,
            CASE $draw_by
                WHEN 'body' THEN body_id
                WHEN 'language' THEN COALESCE(asked_in, 'unknown')
                ELSE ''
            END AS group_id,
            MD5(CONCAT($draw_seed, ' ', body_id, ' ', network, ' ', request_id)) AS draw_order
        FROM auditable
    ) AS ordered
    WINDOW kind AS (PARTITION BY group_id, selection, answered)
) AS placed
WHERE place <= $draw_most
