-- One row per inbound message and body, with the reason for which it alone is left out, if any.
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
    inbound.text_digest,
    inbound.deleted_at,
    CASE
        WHEN inbound.author_role = 'own-group' THEN 'own-group'
        WHEN $exclude_third_party AND inbound.third_party THEN 'third-party'
        WHEN NOT $include_institutions AND inbound.author_role = 'institution' THEN 'institution'
        WHEN inbound.kind = 'direct' THEN 'private'
        WHEN $exclude_repost AND inbound.kind = 'repost' THEN 'repost'
        WHEN $exclude_mass_mention AND inbound.n_addressed >= 4 THEN 'mass-mention'
        WHEN $exclude_listed AND ignored.author_id IS NOT NULL THEN 'listed'
        WHEN $exclude_not_covered AND covered.account_id IS NULL THEN 'not-covered'
    END AS reason
FROM inbound
LEFT JOIN ignored
    ON
        $exclude_listed
        AND inbound.network = ignored.network
        AND inbound.author_id = ignored.author_id
LEFT JOIN covered
    ON
        $exclude_not_covered
        AND covered.stream = 'inbound'
        AND inbound.network = covered.network
        AND inbound.account_id = covered.account_id
        AND inbound.sent_at >= covered.covered_from
        AND inbound.sent_at < covered.covered_until
