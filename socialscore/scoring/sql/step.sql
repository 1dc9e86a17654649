-- One row per line and length of wait, with what had happened to the others by then.
SELECT
    line_id,
    elapsed_us,
    n_ended,
    -- Waiting just before: responses come before censorings of the same length.
    SUM(n_left) OVER (PARTITION BY line_id) - SUM(n_left) OVER so_far + n_left AS n_waiting,
    n_answered,
    SUM(n_answered) OVER so_far AS n_answered_so_far,
    SUM(n_answered) OVER (PARTITION BY line_id) AS n_answered_in_all
FROM length
WINDOW so_far AS (PARTITION BY line_id ORDER BY elapsed_us)
