-- What signers say besides, where their petition asks for more. Whoever says nothing has no row.
CREATE TABLE besides (
    petition_id INTEGER NOT NULL,
    signature_id INTEGER NOT NULL,
    stated_at INTEGER,                     -- they state that they may sign, in the petition's words
    PRIMARY KEY (petition_id, signature_id)
);
-- The same of a form that waits, as JSON; null where it says nothing.
ALTER TABLE pending_forms ADD COLUMN besides TEXT;
