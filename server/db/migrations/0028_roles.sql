-- The roles, by spaces, of those who decide where a signer lives, where a petition addresses them; ''
-- where it names its decision makers itself.
ALTER TABLE petitions ADD COLUMN roles TEXT NOT NULL DEFAULT '';
-- Of an office of a place: its role and division; '' of one that the petition names.
ALTER TABLE letters ADD COLUMN office_role TEXT NOT NULL DEFAULT '';
ALTER TABLE letters ADD COLUMN office_division TEXT NOT NULL DEFAULT '';
