-- Three weeks after an office has taken a letter, its signer is asked once whether an answer came.
ALTER TABLE letters ADD COLUMN looked_at INTEGER;  -- when it was looked whether to ask its signer
CREATE INDEX letters_to_ask ON letters (accepted_at) WHERE looked_at IS NULL AND accepted_at IS NOT NULL;
-- The question that was put to a phone last: about which letter.
CREATE TABLE letter_questions (
    phone_key BLOB PRIMARY KEY,            -- as in `inbound`
    petition_id INTEGER NOT NULL REFERENCES petitions (id),
    signature_id INTEGER NOT NULL,
    letter_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    asked_at INTEGER NOT NULL
);
CREATE INDEX letter_questions_of ON letter_questions (petition_id, signature_id);
