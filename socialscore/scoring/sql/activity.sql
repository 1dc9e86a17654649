-- One row per body: the replies that it wrote in the period, to whomever.
SELECT
    body_id,
    COUNT(*) AS n_replies
FROM outbound
INNER JOIN presence USING (presence_id)
WHERE
    reply_to_id IS NOT NULL
    AND sent_at >= $since
    AND sent_at < $until
GROUP BY body_id
