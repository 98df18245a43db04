-- A signature without contact that a verified one of the same name and place stands for: its id.
ALTER TABLE signatures ADD COLUMN absorbed_by INTEGER;
-- The group of contacts in whose count of verified ones a signature stands.
ALTER TABLE signatures ADD COLUMN group_key BLOB;
-- Of `verified`, those whose signatures were made before they said so. They stay in the count.
ALTER TABLE groups_of_contacts ADD COLUMN carried INTEGER NOT NULL DEFAULT 0;
UPDATE groups_of_contacts SET carried = verified;
