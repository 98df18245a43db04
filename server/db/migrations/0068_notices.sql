-- Mails to organizers who want them (core/desk/notices.py), and when each went out last.
ALTER TABLE organizers ADD COLUMN notices TEXT NOT NULL DEFAULT '';  -- kinds, by spaces
CREATE TABLE notices_sent (
    organizer_id INTEGER NOT NULL REFERENCES organizers (id),
    petition_id INTEGER NOT NULL,          -- 0: about all of theirs
    kind TEXT NOT NULL,
    mark INTEGER NOT NULL,                 -- what it was about: grows with each
    at INTEGER NOT NULL,
    PRIMARY KEY (organizer_id, petition_id, kind)
);
