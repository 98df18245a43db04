-- What an organizer may add to a petition and no query reads, as one JSON object; fields that say
-- nothing are left out.
ALTER TABLE petitions ADD COLUMN extras TEXT NOT NULL DEFAULT '{}';
