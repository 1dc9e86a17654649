-- One row per body: what it wrote in the period, reposts aside.
SELECT
    presence.body_id,
    COUNT(*) AS n_posts,
    COUNT(post.replies_to) AS n_replies,
    COUNT(*) FILTER (WHERE post.replies_to = 'another') AS n_replies_to_others
FROM post
INNER JOIN presence USING (presence_id)
WHERE
    post.sent_at >= $since
    AND post.sent_at < $until
GROUP BY presence.body_id
