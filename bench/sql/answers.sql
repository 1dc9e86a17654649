-- What every way of counting begins with, for the default preset: which messages count, and when each
-- got its first response. To be followed by requests_*.sql and figures.sql.
WITH
asked AS (
    SELECT
        account_id,
        message_id,
        author_id,
        sent_at,
        conversation_id,
        question_mark,
        question,
        request,
        deleted_at,
        CASE
            WHEN epoch_us(sent_at) - epoch_us(lag(sent_at) OVER (
                PARTITION BY account_id, author_id, text_digest
                ORDER BY sent_at, message_id
            )) <= 86400000000 THEN 'duplicate'
            WHEN n_addressed >= 4 THEN 'mass-mention'
        END AS reason
    FROM message
    WHERE
        author_id <> account_id
        AND kind NOT IN ('repost', 'direct')
        AND sent_at >= $read_from
        AND sent_at < $asked_until
),

wrote AS (
    SELECT
        account_id,
        message_id,
        sent_at,
        reply_to_id,
        reply_to_author_id,
        conversation_id,
        addressed_ids,
        response_class,
        text_digest
    FROM message
    WHERE
        author_id = account_id
        AND kind NOT IN ('repost', 'direct')
        AND sent_at >= $read_from
        AND sent_at < $read_until
),

-- Five replies of one text in a day, each within a minute: a machine wrote them.
prompt AS (
    SELECT
        wrote.account_id,
        wrote.message_id,
        wrote.text_digest,
        wrote.sent_at
    FROM wrote
    SEMI JOIN (
        SELECT
            account_id,
            text_digest
        FROM wrote
        WHERE reply_to_id IS NOT NULL
        GROUP BY ALL
        HAVING count(*) >= 5
    ) AS usual USING (account_id, text_digest)
    SEMI JOIN message
        ON
            wrote.account_id = message.account_id
            AND wrote.reply_to_id = message.message_id
            AND message.author_id <> message.account_id
            AND abs(epoch_us(wrote.sent_at) - epoch_us(message.sent_at)) < 60000000
),

machine AS (
    SELECT
        account_id,
        message_id
    FROM (
        SELECT
            *,
            max(opens) OVER (
                PARTITION BY account_id, text_digest
                ORDER BY sent_at, message_id
                ROWS BETWEEN 4 PRECEDING AND CURRENT ROW
            ) AS among
        FROM (
            SELECT
                *,
                coalesce(epoch_us(lead(sent_at, 4) OVER (
                    PARTITION BY account_id, text_digest ORDER BY sent_at, message_id
                )) - epoch_us(sent_at) <= 86400000000, FALSE) AS opens
            FROM prompt
        )
    )
    WHERE among
),

response AS (
    SELECT
        wrote.*,
        response_class = 'redirect' AS redirects
    FROM wrote
    ANTI JOIN machine USING (account_id, message_id)
    WHERE response_class <> 'automatic'
),

matched AS (
    SELECT
        asked.account_id,
        asked.message_id,
        response.sent_at,
        response.redirects,
        epoch_us(asked.sent_at) - epoch_us(response.sent_at) > 60000000 AS too_early
    FROM asked
    INNER JOIN response
        ON asked.account_id = response.account_id AND asked.message_id = response.reply_to_id
    WHERE
        reason IS NULL
        AND epoch_us(response.sent_at) - epoch_us(asked.sent_at)
        BETWEEN -86400000000 AND 1209600000000
    UNION ALL
    SELECT
        asked.account_id,
        asked.message_id,
        spoken.sent_at,
        spoken.redirects,
        FALSE AS too_early
    FROM asked
    INNER JOIN (SELECT *, unnest(addressed_ids) AS person FROM response) AS spoken
        ON
            asked.account_id = spoken.account_id
            AND asked.conversation_id = spoken.conversation_id
            AND asked.author_id = spoken.person
    WHERE
        reason IS NULL
        AND epoch_us(spoken.sent_at) - epoch_us(asked.sent_at) BETWEEN 0 AND 1209600000000
),

answer AS (
    SELECT
        account_id,
        message_id,
        min(sent_at) FILTER (WHERE NOT too_early) AS responded_at,
        min(sent_at) FILTER (WHERE NOT too_early AND NOT redirects) AS answered_at,
        count(*) FILTER (WHERE too_early) AS n_too_early
    FROM matched
    GROUP BY ALL
),

heard AS (
    SELECT
        asked.* EXCLUDE (reason, conversation_id),
        responded_at,
        answered_at,
        coalesce(n_too_early, 0) AS n_too_early,
        CASE
            WHEN reason IS NOT NULL THEN reason
            WHEN
                deleted_at < $as_of
                AND epoch_us(deleted_at) - epoch_us(sent_at) < 604800000000
                AND coalesce(responded_at > deleted_at, TRUE)
                THEN 'deleted'
        END AS reason
    FROM asked
    LEFT JOIN answer USING (account_id, message_id)
),
