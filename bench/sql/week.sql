-- One row per message of the threads that begin in one week, in the columns of the store.
-- What chance decides is a digest of the seed, a number and a name, so that no machine and no order of
-- work makes another world.
WITH
thread AS (
    SELECT
        n,
        -- People write with very different zeal, mostly to the body at home.
        floor($people * power(chance(n, 'person'), 2))::BIGINT AS person,
        -- One thread in twenty belongs to an event: hundreds to one body within a day or so.
        chance(n, 'event') < 0.05 AS bursting,
        n // 20000 AS event,
        floor($bodies * power(
            CASE
                WHEN bursting THEN chance(event, 'event body')
                WHEN chance(n, 'away') < 0.3 THEN chance(n, 'body')
                ELSE chance(person, 'home')
            END, 3
        ))::BIGINT AS body,
        CASE
            WHEN bursting
                THEN 518400 * chance(event, 'event time') + 86400 * power(chance(n, 'time'), 3)
            ELSE 604800 * chance(n, 'time')
        END AS begins_after,
        least(1 + floor(-1.1 * ln(1 - chance(n, 'length')))::BIGINT, 6) AS n_asked,
        -9000 * ln(1 - chance(n, 'gap')) AS gap,
        -- Bodies differ in how often and how fast they answer, and one in twenty answers everything
        -- at once with one text.
        chance(body, 'standing') < 0.05 AS standing,
        0.15 + 0.8 * chance(body, 'rate') AS rate,
        3600 * exp(-1.5 + 5 * chance(body, 'pace')) AS pace
    FROM range($first_thread, $first_thread + $threads) AS numbered (n)
),

asked AS (
    SELECT
        thread.*,
        n * 16 + turn AS asked_n,
        turn,
        $week + to_seconds(floor(begins_after + gap * (turn + 0.5 * chance(asked_n, 'jitter'))))
            AS asked_at,
        snowflake($week + to_seconds(floor(begins_after + 0.5 * gap * chance(n * 16, 'jitter'))), n * 16)
            AS conversation_id,
        snowflake(asked_at, asked_n) AS asked_id,
        chance(asked_n, 'judged') AS judged,
        substr(md5('person ' || person), 1, 24) AS author_id,
        (10000000 + body)::VARCHAR AS account_id
    FROM thread
    CROSS JOIN range(0, 6) AS counted (turn)
    WHERE turn < n_asked
),

spoken AS (
    SELECT
        *,
        -- A response that answers no message in particular: found by its conversation alone.
        chance(asked_n, 'loose') < 0.08 AS loose,
        CASE
            WHEN by_body AND standing THEN asked_at + to_seconds(floor(30 * chance(asked_n, 'delay')))
            WHEN by_body
                -- Logarithms of delays are spread about as those of people are.
                THEN asked_at + to_seconds(floor(least(
                    pace * exp(1.8 * (
                        chance(asked_n, 'a') + chance(asked_n, 'b') + chance(asked_n, 'c') - 1.5
                    ) * 2), 520000
                )))
            ELSE asked_at
        END AS sent_at,
        snowflake(sent_at, asked_n + CASE WHEN by_body THEN 8 ELSE 0 END) AS message_id
    FROM asked
    CROSS JOIN (VALUES (FALSE), (TRUE)) AS speaker (by_body)
    WHERE NOT by_body OR chance(asked_n, 'answered') < rate
)

SELECT
    'twitter' AS network,
    account_id,
    message_id,
    CASE WHEN by_body THEN account_id ELSE author_id END AS author_id,
    sent_at,
    CASE WHEN turn > 0 OR (by_body AND NOT loose) THEN 'reply' ELSE 'mention' END AS kind,
    CASE
        WHEN by_body AND NOT loose THEN asked_id
        WHEN turn > 0 THEN conversation_id
    END AS reply_to_id,
    CASE WHEN by_body AND NOT loose THEN author_id END AS reply_to_author_id,
    conversation_id,
    CASE WHEN by_body THEN [author_id] END AS addressed_ids,
    CASE WHEN NOT by_body AND chance(asked_n, 'mass') < 0.02 THEN 5 ELSE 1 END::INTEGER
        AS n_addressed,
    FALSE AS third_party,
    'fr' AS language,
    TRUE AS language_given,
    NOT by_body AND judged < 0.3 AS question_mark,
    NOT by_body AND judged < 0.45 AS question,
    NOT by_body AND judged < 0.6 AS request,
    CASE
        WHEN by_body AND judged < 0.03 THEN 'automatic'
        WHEN by_body AND judged < 0.1 THEN 'redirect'
        WHEN by_body THEN 'answer'
    END AS response_class,
    CASE WHEN NOT by_body AND judged < 0.6 THEN 'fr-' || floor(judged * 60)::INTEGER END AS rule_id,
    substr(md5(CASE
        WHEN by_body AND standing THEN 'text ' || body
        -- One message in a hundred repeats the one before.
        WHEN NOT by_body AND turn > 0 AND chance(asked_n, 'again') < 0.02
            THEN 'text ' || asked_n - 1
        ELSE 'text ' || message_id
    END), 1, 24) AS text_digest,
    $rulebook AS rulebook,
    '' AS text,
    FALSE AS bot,
    0::INTEGER AS n_edits,
    NULL::TIMESTAMP AS edited_seen_at,
    CASE
        WHEN NOT by_body AND chance(asked_n, 'deleted') < 0.005
            THEN sent_at + to_seconds(floor(200000 * chance(asked_n, 'deleted after')))
    END AS deleted_at,
    deleted_at + INTERVAL 1 HOUR AS deleted_seen_at,
    'x-recent' AS source
FROM spoken
