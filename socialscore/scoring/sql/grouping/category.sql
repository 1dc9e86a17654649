-- One row per request, with the line in which it is counted: that of the category of its body.
SELECT
    promised.*,
    body.category AS line_id
FROM promised
INNER JOIN body USING (body_id)
