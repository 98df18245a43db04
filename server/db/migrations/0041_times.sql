-- When a petition opens and closes by itself (core/petitions/schedule.py): on the clock of that zone, an
-- IANA name like America/New_York; '' and NULL where nothing is set.
ALTER TABLE petitions ADD COLUMN zone TEXT NOT NULL DEFAULT '';
ALTER TABLE petitions ADD COLUMN opens_at INTEGER;
ALTER TABLE petitions ADD COLUMN closes_at INTEGER;
