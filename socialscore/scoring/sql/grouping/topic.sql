-- One row per request and line of `topic` in which it is counted.
SELECT
    promised.*,
    topic.line_id
FROM promised
INNER JOIN topic USING (body_id, network, request_id)
