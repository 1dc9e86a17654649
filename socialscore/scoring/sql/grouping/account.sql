-- One row per request, with the line in which it is counted: that of the account it was sent to.
SELECT
    *,
    CONCAT(network, ':', account_id) AS line_id
FROM promised
