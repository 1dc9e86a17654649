-- One row per request, with the line in which it is counted: that of the time it was asked at.
SELECT
    clocked.*,
    slot.line_id
FROM clocked
INNER JOIN slot
    ON
        CAST(clocked.asked_at AS DATE) = slot.day
        AND clocked.asked_at >= slot.starts_at
        AND clocked.asked_at < slot.ends_at
