-- Signers who say that we have found the wrong people for their postcode, and where it lies: one row
-- of each, under a key of theirs. Nothing else of them.
CREATE TABLE place_corrections (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signer_key BLOB NOT NULL,
    postcode TEXT NOT NULL,
    division TEXT NOT NULL,
    noted_at INTEGER NOT NULL,
    PRIMARY KEY (petition_id, signer_key)
);
CREATE INDEX place_corrections_of_postcode ON place_corrections (petition_id, postcode);
-- Letters that wait until somebody of an office is known.
CREATE INDEX letters_held ON letters (due_at) WHERE state = 'held';
-- Offices that an organizer has marked as having agreed: their signers thank them.
CREATE TABLE agreed_offices (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    office TEXT NOT NULL,                  -- the key of the mailbox, as in `letters`
    agreed_at INTEGER NOT NULL,
    PRIMARY KEY (petition_id, office)
);
