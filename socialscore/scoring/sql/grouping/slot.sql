-- One row per request, with the line in which it is counted: that of the time it was asked at.
SELECT
    promised.*,
    slot.line_id
FROM promised
INNER JOIN slot
    ON
        CAST(promised.asked_at AS DATE) = slot.day
        AND promised.asked_at >= slot.starts_at
        AND promised.asked_at < slot.ends_at
