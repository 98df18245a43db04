-- What organizers have corrected in a signature: what it was and what it is. It goes with the
-- signature; the audit log only says that there was something.
CREATE TABLE mended (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by_name TEXT NOT NULL,                 -- as in the audit log
    field TEXT NOT NULL,                   -- name, postcode, comment, news or public
    was TEXT,                              -- personal
    became TEXT,                           -- personal
    PRIMARY KEY (petition_id, signature_id, at, field)
);
-- Signatures that organizers erase at somebody's request, and that count as taken out. One that
-- waits for another organizer names its signature; one that is done does not.
CREATE TABLE erasures (
    id INTEGER PRIMARY KEY,
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER,
    reason TEXT NOT NULL,                  -- one of a few words, never what somebody has written
    verified INTEGER NOT NULL,             -- 1: it counted as verified
    counted INTEGER NOT NULL,              -- 1: it stood in the figures at all
    asked_by INTEGER NOT NULL REFERENCES organizers (id),
    asked_at INTEGER NOT NULL,
    done_at INTEGER                        -- NULL: it waits
);
CREATE INDEX erasures_of_petition ON erasures (petition_id, asked_at);
