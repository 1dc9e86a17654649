-- What stands on a wall is a post of the page, one of a visitor, or a comment, for the page or not.
UPDATE staged
SET
    wall = found.wall,
    kind = CASE
        WHEN found.is_comment THEN 'comment'
        WHEN found.author_id = found.wall THEN 'post'
        ELSE 'wall-post'
    END,
    mentioned_ids = CASE
        WHEN
            found.author_id <> found.wall
            AND (
                NOT found.is_comment
                OR found.answered_id IS NULL
                OR found.answered_id = found.author_id
                OR STARTS_WITH(found.author_id, $unknown)
                OR STARTS_WITH(found.answered_id, $unknown)
            )
            THEN LIST_APPEND(staged.mentioned_ids, found.wall)
        ELSE staged.mentioned_ids
    END
FROM (
    SELECT
        item.rowid AS item_id,
        item.author_id,
        item.reply_to_id IS NOT NULL AS is_comment,
        COALESCE(item.reply_to_author_id, parent.author_id) AS answered_id,
        COALESCE(post.wall, item.wall) AS wall
    FROM staged AS item
    LEFT JOIN staged AS post
        ON
            item.network = post.network
            AND item.conversation_id = post.message_id
            AND post.refusal IS NULL
            AND post.copy_of IS NULL
    LEFT JOIN staged AS parent
        ON
            item.network = parent.network
            AND item.reply_to_id = parent.message_id
            AND parent.refusal IS NULL
            AND parent.copy_of IS NULL
) AS found
WHERE staged.rowid = found.item_id
