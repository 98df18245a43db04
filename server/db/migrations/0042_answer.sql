-- What those who decide have answered (core/petitions/answer.py), as one JSON object that no query reads;
-- '' while there is none. `answered_at` is when it was first entered.
ALTER TABLE petitions ADD COLUMN answer TEXT NOT NULL DEFAULT '';
ALTER TABLE petitions ADD COLUMN answered_at INTEGER;
