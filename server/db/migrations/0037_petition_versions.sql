-- What each petition has said, from each version on in which that changed, and who changed it. One
-- that was written before these were kept has its first row when it is next changed.
CREATE TABLE petition_versions (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    version INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    actor TEXT NOT NULL,                   -- as in the audit log
    draft TEXT NOT NULL,                   -- all that organizers decide, as JSON
    PRIMARY KEY (petition_id, version)
);
