-- Since when letters to those who decide where a signer lives go on paper, where they have a postal address alone.
ALTER TABLE petitions ADD COLUMN prints_places_at INTEGER;
