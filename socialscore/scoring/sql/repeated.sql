-- One row per message whose text its author sent the body within the 24 hours before, and counted.
SELECT
    presence_id,
    message_id,
    sent_at
FROM (
    SELECT
        recurring.presence_id,
        recurring.message_id,
        recurring.sent_at,
        counted.counted_us,
        ROW_NUMBER() OVER (
            PARTITION BY
                recurring.presence_id,
                recurring.author_id,
                recurring.text_digest,
                recurring.sent_at
            ORDER BY recurring.message_id
        ) AS place
    FROM recurring
    INNER JOIN (
        SELECT
            said.presence_id,
            said.author_id,
            said.text_digest,
            -- When it counts, latest first: more than 24 hours after it last did. What is left out
            -- leaves nothing else out, so this goes from one message to the next.
            LIST_REDUCE(  -- noqa: CP02,PRS,RF03
                LIST_SORT(LIST([EPOCH_US(said.sent_at)])),
                LAMBDA counted_us, one: CASE
                    WHEN one[1] - counted_us[1] > 86400000000 THEN LIST_CONCAT(one, counted_us)
                    ELSE counted_us
                END,
                [CAST(0 AS BIGINT)]
            ) AS counted_us
        FROM recurring AS said
        GROUP BY
            said.presence_id,
            said.author_id,
            said.text_digest
    ) AS counted
        ON
            recurring.presence_id = counted.presence_id
            AND recurring.author_id = counted.author_id
            AND recurring.text_digest = counted.text_digest
) AS in_order
WHERE
    place > 1
    OR NOT EPOCH_US(sent_at) = ANY(counted_us)
