-- Since when somebody is an organizer of a petition; 0 for those who were before this was kept.
ALTER TABLE petition_organizers ADD COLUMN joined_at INTEGER NOT NULL DEFAULT 0;
-- How many signatures were shown to whoever asked that they be taken out.
ALTER TABLE invalidations ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;
