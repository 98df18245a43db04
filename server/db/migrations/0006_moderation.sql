-- What organizers did, each entry tied to the one before by its hash (core/audit.py).
CREATE TABLE audit (
    n INTEGER PRIMARY KEY,                 -- 1, 2, 3 ...
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,                   -- an organizer's name, or `operator` for the command
    petition_id INTEGER,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,                  -- JSON; nothing of any signer
    hash BLOB NOT NULL
);
CREATE INDEX audit_petition ON audit (petition_id, n);
-- Kept apart, so that entries missing at the end are noticed.
CREATE TABLE audit_head (
    one INTEGER PRIMARY KEY,
    n INTEGER NOT NULL,
    hash BLOB NOT NULL
);

-- Signatures taken out by a condition, a batch at a time (core/invalidation.py).
CREATE TABLE invalidations (
    id INTEGER PRIMARY KEY,
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    condition TEXT NOT NULL,               -- JSON
    reason TEXT NOT NULL,                  -- shown on the petition's page
    asked_by INTEGER NOT NULL REFERENCES organizers (id),
    asked_at INTEGER NOT NULL,
    until_id INTEGER NOT NULL,             -- signatures made later are not touched
    started_at INTEGER,                    -- null while a second organizer is waited for
    done_id INTEGER NOT NULL DEFAULT 0,    -- how far it is
    finished_at INTEGER,
    undone_at INTEGER,                     -- cancelled or undone: all are put back
    restored_at INTEGER,                   -- all are back
    n INTEGER NOT NULL DEFAULT 0           -- signatures that it has taken out
);
ALTER TABLE signatures ADD COLUMN invalidation_id INTEGER;
CREATE INDEX signatures_invalidated ON signatures (petition_id, invalidation_id)
    WHERE invalidation_id IS NOT NULL;
CREATE INDEX signatures_held ON signatures (petition_id, held_why) WHERE held_at IS NOT NULL;
-- Comments that wait to be read.
CREATE INDEX signatures_comments ON signatures (petition_id, id)
    WHERE comment IS NOT NULL AND approved_at IS NULL AND public_at IS NOT NULL
    AND verified_at IS NOT NULL;

-- How many people live in a postcode, as organizers say.
CREATE TABLE populations (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    postcode TEXT NOT NULL,
    people INTEGER NOT NULL,
    PRIMARY KEY (petition_id, postcode)
);
