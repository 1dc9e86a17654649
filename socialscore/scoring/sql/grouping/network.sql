-- One row per request, with the line in which it is counted: that of the network.
SELECT
    *,
    network AS line_id
FROM promised
