-- Ends for good that an owner has asked for, and that wait for another organizer to agree.
CREATE TABLE ends_asked (
    petition_id INTEGER PRIMARY KEY REFERENCES petitions (id),
    asked_by INTEGER NOT NULL REFERENCES organizers (id),
    reason TEXT NOT NULL,
    asked_at INTEGER NOT NULL
);
-- Ids of drafts that were deleted. No petition gets one of them again: the audit log knows them.
CREATE TABLE deleted_drafts (
    id INTEGER PRIMARY KEY,
    deleted_at INTEGER NOT NULL
);
