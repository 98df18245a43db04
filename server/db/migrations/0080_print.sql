-- Letters on paper, which organizers print and post, for offices that have a postal address alone.
ALTER TABLE decision_makers ADD COLUMN post TEXT NOT NULL DEFAULT '';
-- What an organizer prints at once. A number is never given again, since it stands on paper.
CREATE TABLE print_batches (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    number INTEGER NOT NULL,
    letters INTEGER NOT NULL,              -- how many it was made of
    made_at INTEGER NOT NULL,
    posted_at INTEGER,
    put_back_at INTEGER,                   -- its letters wait again
    PRIMARY KEY (petition_id, number)
);
ALTER TABLE letters ADD COLUMN batch INTEGER;  -- of `print_batches`
ALTER TABLE letters ADD COLUMN sheet INTEGER;  -- its number in that
CREATE INDEX letters_ready ON letters (petition_id, batch) WHERE state = 'ready';
