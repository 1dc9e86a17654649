-- One row per message that matters: sent between the first moment and the last of what is read.
SELECT
    network,
    account_id,
    message_id,
    author_id,
    sent_at,
    kind,
    reply_to_id,
    reply_to_author_id,
    conversation_id,
    addressed_ids,
    n_addressed,
    third_party,
    question_mark,
    question,
    request,
    response_class,
    rule_id,
    rulebook,
    text_digest,
    bot,
    deleted_at
FROM message
WHERE
    sent_at >= $read_from
    AND sent_at < $read_until
