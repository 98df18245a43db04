-- When the owner of a contact that nobody had verified was reminded, for all that waited then.
ALTER TABLE signatures ADD COLUMN reminded_at INTEGER;
