-- One row per body and network on which it wrote something in the days that are looked at.
SELECT
    body_id,
    network,
    COUNT(*) AS n_posts
FROM outbound
GROUP BY
    body_id,
    network
