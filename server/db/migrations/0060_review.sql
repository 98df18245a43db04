-- Petitions that are read before they open, where the operator demands it.
ALTER TABLE organizers ADD COLUMN reviewer_since INTEGER;  -- named by the operator to read them
CREATE TABLE reviews (
    petition_id INTEGER PRIMARY KEY REFERENCES petitions (id),
    handed_in_at INTEGER,                  -- it waits since then
    accepted_at INTEGER,
    changed_at INTEGER,                    -- since then it says something else than what was accepted
    rejected_at INTEGER,                   -- the last time, until it is accepted
    rejected_version INTEGER,              -- what it said then
    reasons TEXT NOT NULL DEFAULT ''       -- of that rejection, for everybody
);
