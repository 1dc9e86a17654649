-- One row per request, with the line of the table in which it is counted: its body's.
SELECT
    *,
    body_id AS line_id
FROM promised
