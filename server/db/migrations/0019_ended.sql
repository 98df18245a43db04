-- A petition that is ended for good has no salt, and its signatures have nothing personal.
ALTER TABLE petitions ADD COLUMN ended_at INTEGER;
