-- One row per line and length of wait: the 95 % interval of the share still without a response.
SELECT
    line_id,
    elapsed_us,
    -- On the scale of ln(-ln), on which a share stays between 0 and 1. There is none while all are
    -- waiting, nor once nobody is.
    CASE
        WHEN hazard > 0 AND NOT all_ended
            THEN EXP(-hazard * EXP(1.959963984540054 * SQRT(variance * wait_deff) / hazard))
    END AS survival_low,
    CASE
        WHEN hazard > 0 AND NOT all_ended
            THEN EXP(-hazard * EXP(-1.959963984540054 * SQRT(variance * wait_deff) / hazard))
    END AS survival_high
FROM survival
INNER JOIN effect USING (line_id)
