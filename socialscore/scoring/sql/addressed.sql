-- One row per inbound message and body, with the reason for which it is left out, if there is one.
SELECT
    inbound.presence_id,
    inbound.account_id,
    inbound.account_ids,
    inbound.message_id,
    inbound.author_id,
    inbound.sent_at,
    inbound.conversation_id,
    inbound.question_mark,
    inbound.question,
    inbound.request,
    inbound.rule_id,
    inbound.deleted_at,
    CASE
        WHEN inbound.author_role = 'own-group' THEN 'own-group'
        WHEN NOT $include_institutions AND inbound.author_role = 'institution' THEN 'institution'
        WHEN inbound.kind = 'direct' THEN 'private'
        WHEN 'repost' = ANY($exclude) AND inbound.kind = 'repost' THEN 'repost'
        WHEN 'duplicate' = ANY($exclude) AND repeated.message_id IS NOT NULL THEN 'duplicate'
        WHEN 'mass-mention' = ANY($exclude) AND inbound.n_addressed >= 4 THEN 'mass-mention'
        WHEN 'listed' = ANY($exclude) AND ignored.author_id IS NOT NULL THEN 'listed'
        WHEN 'not-covered' = ANY($exclude) AND covered.account_id IS NULL THEN 'not-covered'
    END AS reason
FROM inbound
LEFT JOIN repeated
    ON
        'duplicate' = ANY($exclude)
        AND inbound.presence_id = repeated.presence_id
        AND inbound.message_id = repeated.message_id
LEFT JOIN ignored
    ON
        'listed' = ANY($exclude)
        AND inbound.network = ignored.network
        AND inbound.author_id = ignored.author_id
LEFT JOIN covered
    ON
        'not-covered' = ANY($exclude)
        AND covered.stream = 'inbound'
        AND inbound.network = covered.network
        AND inbound.account_id = covered.account_id
        AND inbound.sent_at >= covered.covered_from
        AND inbound.sent_at < covered.covered_until
