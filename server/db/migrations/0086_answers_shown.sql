-- What everybody may know of the letters of a petition, rounded, as of the last midnight (UTC): a row for each
-- office with letters enough, and one for all others together, whose office is ''.
CREATE TABLE answers_shown (
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    office TEXT NOT NULL,
    office_name TEXT NOT NULL,
    letters INTEGER NOT NULL,
    said_yes INTEGER NOT NULL,
    said_no INTEGER NOT NULL,
    answered INTEGER NOT NULL,             -- by what came to our address
    days INTEGER,                          -- from letter to answer, in the middle; NULL for too few
    PRIMARY KEY (petition_id, office)
);
