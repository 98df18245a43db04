-- Letters to members of the US House through Communicating With Congress: the subject by which offices sort
-- them; '' where the petition sends none.
ALTER TABLE petitions ADD COLUMN congress_topic TEXT NOT NULL DEFAULT '';
ALTER TABLE letters ADD COLUMN constituent TEXT;  -- what that asks of a signer besides, as JSON; personal
