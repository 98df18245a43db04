-- Further forms of a person whose signature is there already, with other entries than it has: what a
-- code or a text that shows the contact to be theirs puts in the place of those. For a few days.
CREATE TABLE pending_forms (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    id INTEGER NOT NULL,                   -- follows from contact, network and entries
    signature_id INTEGER NOT NULL,         -- of the same person, when it came in
    signing_id INTEGER NOT NULL,           -- of the last such form: it begins with the time
    contact_key BLOB NOT NULL,
    network BLOB NOT NULL,                 -- a tag under the key of its day; empty if there is none
    class TEXT NOT NULL,
    language TEXT NOT NULL,
    name TEXT NOT NULL,
    postcode TEXT,
    contact TEXT NOT NULL,
    comment TEXT,
    public_at INTEGER,
    news_at INTEGER,
    PRIMARY KEY (petition_id, id)
);
CREATE INDEX pending_forms_contact ON pending_forms (petition_id, contact_key);
-- The form that a message is about; codes are made for those as for signatures.
ALTER TABLE outbox ADD COLUMN form_id INTEGER;
