-- One row per presence and uninterrupted time in which all that its accounts wrote was in view.
SELECT
    -- Spark takes columns of one origin for one column, unless they are computed.
    presence_id + 0 AS presence_id,
    changed_at AS seen_from,
    -- Whoever has no account any more hides nothing.
    COALESCE(next_change_at, $as_of) AS seen_until,
    -- In view for long enough is in view to the end.
    CASE WHEN next_change_at < $seen_enough_at THEN next_change_at ELSE $as_of END AS watched_until
FROM (
    SELECT
        presence_id,
        changed_at,
        1 + SUM(n_more) OVER by_time AS n_unseen,
        LEAD(changed_at) OVER by_time AS next_change_at
    FROM unseen
    WINDOW by_time AS (PARTITION BY presence_id ORDER BY changed_at)
) AS counted
WHERE n_unseen = 0
