-- What became of a letter once its office had it: what came back to us, and what its signer says.
ALTER TABLE letters ADD COLUMN answered_at INTEGER;  -- the office's first answer came to our address
ALTER TABLE letters ADD COLUMN asked_at INTEGER;     -- its signer was asked whether an answer came
ALTER TABLE letters ADD COLUMN said TEXT;            -- what its signer says: yes or no
ALTER TABLE letters ADD COLUMN said_at INTEGER;
