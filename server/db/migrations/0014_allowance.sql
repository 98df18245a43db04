-- What went out, by what bounds it (core/outbox/allowance.py): a mailbox or phone, a network that
-- asked, a petition, the whole server. Keys tell nothing of whom they stand for.
CREATE TABLE spent (
    scope TEXT NOT NULL,
    key BLOB NOT NULL,
    at INTEGER NOT NULL,                   -- when the span of time began in which these went out
    n INTEGER NOT NULL,
    PRIMARY KEY (scope, key, at)
);
CREATE INDEX spent_at ON spent (at);

-- Codes by text of today are counted here from now on; an empty key: in all.
INSERT INTO spent (scope, key, at, n)
    SELECT CASE WHEN length(key) = 0 THEN 'text_codes' ELSE 'code_range' END, key, since, n
    FROM tries WHERE kind = 'text_code' AND n > 0;
DELETE FROM tries WHERE kind = 'text_code';

-- Mailboxes and phones whose owners have said "that was not me", over all petitions; until they
-- type a code, and next to get a message at free_at.
CREATE TABLE stopped_recipients (
    address_key BLOB PRIMARY KEY,
    stopped_at INTEGER NOT NULL,
    free_at INTEGER NOT NULL
);
ALTER TABLE codes ADD COLUMN address_key BLOB;      -- whom the code was sent to

-- Whose wish a message is: the address that asked, as in signatures.prefix_tag.
ALTER TABLE outbox ADD COLUMN network_tag BLOB;
-- 1: after all others that are due, since its signature is held.
ALTER TABLE outbox ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (channel, turn, due_at)
    WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_network ON outbox (network_tag)
    WHERE error = 'network_limit' AND sent_at IS NULL AND failed_at IS NULL;

-- An organizer has stopped all mail of the petition.
ALTER TABLE petitions ADD COLUMN mail_stopped_at INTEGER;
