-- Of what providers said only codes stay: an address, a number or a name may stand in their words.
UPDATE outbox SET error = CASE
    WHEN error GLOB '[2-5][0-9][0-9] *' THEN substr(error, 1, 3)    -- sqlite
    WHEN error ~ '^[2-5][0-9][0-9] ' THEN substr(error, 1, 3)       -- postgres
    ELSE 'unknown' END
    WHERE error NOT IN ('no-address', 'no-auth-token')
    AND error GLOB '*[^A-Za-z_]*'                                   -- sqlite
    AND error NOT GLOB 'status-[0-9]'                               -- sqlite
    AND error NOT GLOB 'status-[0-9][0-9]'                          -- sqlite
    AND (length(error) > 5 OR error GLOB '*[^0-9]*')                -- sqlite
    AND error !~ '^([A-Za-z_]*|(status-)?[0-9]{1,2}|[0-9]{1,5})$'   -- postgres
;

-- What will never be sent needs no recipient.
UPDATE outbox SET recipient = NULL, body = NULL, address_key = NULL WHERE failed_at IS NOT NULL;

-- The key is of the address that mail was delivered to; those of another kind stop nothing.
DELETE FROM bounces;
