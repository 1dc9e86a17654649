-- One row per message and account of the panel that wrote it or is addressed by it, with its text.
WITH
-- One row per handle of an author: a body's message may name a citizen by it.
known_handle AS (
    SELECT
        network,
        LOWER(author_handle) AS handle,
        MIN(author_id) AS author_id
    FROM staged
    WHERE
        refusal IS NULL
        AND author_handle IS NOT NULL
    GROUP BY
        network,
        LOWER(author_handle)
),

-- One row per body's message that names authors whom the file knows by their handle.
resolved AS (
    SELECT
        named.row_id,
        LIST(DISTINCT known_handle.author_id) AS author_ids
    FROM (
        SELECT
            rowid AS row_id,
            network,
            UNNEST(mentioned_handles) AS handle
        FROM staged
    ) AS named
    INNER JOIN known_handle
        ON
            named.network = known_handle.network
            AND LOWER(named.handle) = known_handle.handle
    SEMI JOIN concern
        ON
            named.row_id = concern.row_id
            AND concern.account_id = concern.own_account_id
    GROUP BY named.row_id
),

-- One row per account: how citizens write it, with @ and in small letters.
written AS (
    SELECT
        network,
        account_id,
        LIST(DISTINCT '@' || handle) AS handles
    FROM account
    GROUP BY
        network,
        account_id
),

-- One row per answer to a citizen and account that it names: the handles before the text, and those
-- in it.
aside AS (
    SELECT
        concern.row_id,
        concern.account_id,
        written.handles,
        REGEXP_EXTRACT_ALL(
            REGEXP_EXTRACT(LOWER(staged.text), '^\s*(?:@[\w.@-]+\s+)+'), '@\w+(?:[.@-]\w+)*'
        ) AS heading,
        REGEXP_EXTRACT_ALL(
            REGEXP_REPLACE(LOWER(staged.text), '^\s*(?:@[\w.@-]+\s+)+', ''), '@\w+(?:[.@-]\w+)*'
        ) AS named
    FROM staged
    INNER JOIN concern ON staged.rowid = concern.row_id
    INNER JOIN written
        ON
            concern.network = written.network
            AND concern.account_id = written.account_id
    WHERE
        concern.answers_citizen
        AND concern.own_account_id IS NULL
),

-- One row per message and account that a thread between citizens carries along: it stands only
-- among the handles that the network puts before the text, after the citizen who is answered.
carried AS (
    SELECT
        row_id,
        account_id
    FROM aside
    WHERE
        LIST_HAS_ANY(heading, handles)
        AND NOT LIST_CONTAINS(handles, heading[1])
        AND NOT LIST_HAS_ANY(named, handles)
)

SELECT
    staged.network,
    concern.account_id,
    staged.message_id,
    COALESCE(concern.own_account_id, staged.author_id) AS author_id,
    staged.sent_at,
    COALESCE(staged.kind, 'mention') AS kind,
    staged.reply_to_id,
    concern.answered_id AS reply_to_author_id,
    staged.conversation_id,
    -- Making lists distinct is slow; most name one account at the most.
    CASE
        WHEN concern.own_account_id IS NULL THEN NULL
        WHEN LEN(staged.mentioned_ids) = 1 AND staged.mentioned_ids[1] = concern.answered_id
            THEN staged.mentioned_ids
        ELSE LIST_DISTINCT(
            LIST_CONCAT([concern.answered_id], staged.mentioned_ids, resolved.author_ids)
        )
    END AS addressed_ids,
    -- Whoever goes on with a thread of their own does not address themselves.
    CASE
        WHEN LEN(staged.mentioned_handles) > 1 OR LEN(staged.mentioned_ids) > 1
            THEN GREATEST(
                LEN(LIST_DISTINCT(staged.mentioned_handles))
                - COALESCE(
                    LIST_CONTAINS(staged.mentioned_handles, LOWER(staged.author_handle)), FALSE
                )::INTEGER,
                LEN(LIST_DISTINCT(staged.mentioned_ids))
                - LIST_CONTAINS(staged.mentioned_ids, staged.author_id)::INTEGER
            )
        ELSE 1
    END::INTEGER AS n_addressed,
    staged.language,
    staged.text,
    COALESCE(staged.bot, FALSE) AS bot,
    COALESCE(staged.n_edits, 0) AS n_edits,
    staged.deleted_at,
    carried.row_id IS NOT NULL AS third_party,
    COALESCE(concern.account_id = concern.own_account_id, FALSE) AS outbound
FROM staged
INNER JOIN concern ON staged.rowid = concern.row_id
LEFT JOIN resolved ON staged.rowid = resolved.row_id
LEFT JOIN carried
    ON
        staged.rowid = carried.row_id
        AND concern.account_id = carried.account_id
