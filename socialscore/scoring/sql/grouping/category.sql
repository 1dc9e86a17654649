-- One row per request, with the line in which it is counted: that of the category of its body.
SELECT
    clocked.*,
    body.category AS line_id
FROM clocked
INNER JOIN body USING (body_id)
