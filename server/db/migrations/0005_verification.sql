-- Codes have a table of their own: few rows have one, and not for long.
ALTER TABLE signatures DROP COLUMN ref;
ALTER TABLE signatures DROP COLUMN code_sent_at;
ALTER TABLE signatures DROP COLUMN contact_tries;
ALTER TABLE signatures DROP COLUMN ref_tries;
-- Whose address it came from, under the key of that day (core/limits.py); null after 7 days.
ALTER TABLE signatures ADD COLUMN prefix_tag BLOB;

-- What a signer types to verify or to withdraw. The code itself is derived (core/verification.py),
-- so nobody reads it here.
CREATE TABLE codes (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER NOT NULL,
    purpose TEXT NOT NULL,                 -- verify or withdraw
    contact_key BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (petition_id, signature_id, purpose)
);
CREATE INDEX codes_contact ON codes (petition_id, contact_key);

-- How often a code was typed for a contact, known to us or not, or for a mail's reference.
CREATE TABLE code_tries (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    try_key BLOB NOT NULL,
    since INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (petition_id, try_key)
);

-- Contacts that said "that was not me": no more mail for that petition.
CREATE TABLE mail_stops (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    contact_key BLOB NOT NULL,
    stopped_at INTEGER NOT NULL,
    PRIMARY KEY (petition_id, contact_key)
);

-- Addresses whose mail came back.
CREATE TABLE bounces (
    address_key BLOB PRIMARY KEY,          -- over all petitions
    bounced_at INTEGER NOT NULL
);

ALTER TABLE outbox ADD COLUMN signature_id INTEGER;  -- that the message is about
ALTER TABLE outbox ADD COLUMN address_key BLOB;     -- of an e-mail's recipient, over all petitions
-- Each channel has a sender of its own, which must not read what waits for the other.
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (channel, due_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_address ON outbox (address_key)
    WHERE address_key IS NOT NULL AND failed_at IS NULL;

-- Codes that went out by text on a UTC day: to each range of numbers, and in all (an empty key).
CREATE TABLE text_codes (
    day INTEGER NOT NULL,
    range_key BLOB NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (day, range_key)
);

-- The key of each day for address prefixes, gone after its day.
CREATE TABLE daily_keys (
    day INTEGER PRIMARY KEY,
    key BLOB NOT NULL
);

-- How many verified signatures share a mail domain or a range of numbers. Those of a trusted group
-- are not held for being many.
CREATE TABLE groups_of_contacts (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    group_key BLOB NOT NULL,
    verified INTEGER NOT NULL DEFAULT 0,
    trusted_at INTEGER,
    PRIMARY KEY (petition_id, group_key)
);

-- Whether codes may go out by text as well: that costs, and can be abused.
ALTER TABLE petitions ADD COLUMN sms_codes_at INTEGER;
