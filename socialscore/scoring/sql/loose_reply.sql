-- One row per counted message and later message of the body to nobody but its author.
SELECT
    addressed.presence_id,
    addressed.message_id,
    addressed.account_id,
    addressed.account_ids,
    addressee.account_id AS responder_id,
    addressee.message_id AS response_id,
    addressee.sent_at AS responded_at,
    addressee.redirected,
    'loose' AS matched_by,
    FALSE AS too_early
FROM addressed
INNER JOIN addressee
    ON
        addressed.presence_id = addressee.presence_id
        AND addressed.author_id = addressee.addressee_id
WHERE
    addressed.reason IS NULL
    AND addressee.alone
    AND addressee.sent_at >= addressed.sent_at
    AND EPOCH_US(addressee.sent_at) - EPOCH_US(addressed.sent_at) <= $horizon_us
