-- One row per body that wrote something in the days that are looked at, reposts aside.
SELECT
    body_id,
    COUNT(*) AS n_posts
FROM outbound
GROUP BY body_id
