-- Who brings signers, by petition: each has a link and a word for texts, which stay theirs.
CREATE TABLE collectors (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    id INTEGER NOT NULL,
    code TEXT NOT NULL,                    -- ANA7
    name TEXT NOT NULL,                    -- as signers see it
    created_at INTEGER NOT NULL,
    ended_at INTEGER,                      -- the link leads to the petition, and brings nobody
    PRIMARY KEY (petition_id, id),
    UNIQUE (petition_id, code)
);
ALTER TABLE signatures ADD COLUMN collector INTEGER;              -- an id in the petition
ALTER TABLE pending_forms ADD COLUMN collector INTEGER;
ALTER TABLE conversations ADD COLUMN collector TEXT NOT NULL DEFAULT '';  -- a code
-- How many each has brought. It costs nothing where somebody came by themselves.
CREATE INDEX signatures_collector ON signatures (petition_id, collector)
    WHERE collector IS NOT NULL AND verified_at IS NOT NULL AND withdrawn_at IS NULL
        AND rejected_at IS NULL AND absorbed_by IS NULL AND held_at IS NULL;
