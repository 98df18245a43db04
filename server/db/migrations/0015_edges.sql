-- The exact figures of unverified signatures at which the public one moves next: drawn by chance
-- (core/counting/shown.py), so that nobody can add one and see.
ALTER TABLE petitions ADD COLUMN shown_up INTEGER;
ALTER TABLE petitions ADD COLUMN shown_down INTEGER;
