-- Where an office's answer is passed on to: the contact of a letter's signer who gave the office none. It goes
-- with the letter's words.
ALTER TABLE letters ADD COLUMN answer_to TEXT;  -- personal
-- What offices answer to letters, until its signer has it. It goes with the signature, once a mail has taken it
-- to its signer, and after 28 days.
CREATE TABLE letter_answers (
    id INTEGER PRIMARY KEY,                -- and that of the message which passes it on
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER NOT NULL,
    letter_id INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,             -- of the mail, so that it is taken once
    phone_key BLOB,                        -- of the phone that it is passed on to
    sender TEXT,                           -- whom the mail says it comes from; personal, like what follows
    subject TEXT,
    words TEXT,
    files INTEGER NOT NULL,                -- attached ones, which are not passed on
    came_at INTEGER NOT NULL,
    told_at INTEGER,                       -- when it was passed on
    read_to INTEGER NOT NULL DEFAULT 0,    -- how many letters of it the phone has got
    UNIQUE (letter_id, fingerprint)
);
CREATE INDEX letter_answers_of_signature ON letter_answers (petition_id, signature_id);
CREATE INDEX letter_answers_of_phone ON letter_answers (phone_key, told_at) WHERE phone_key IS NOT NULL;
CREATE INDEX letters_answered ON letters (petition_id, office) WHERE answered_at IS NOT NULL;
