-- The order in which texts were stored: of two in the same second, or by servers whose clocks differ,
-- the later one has the larger number. Those of before keep the order of their time. The database
-- itself counts, whoever writes there: a server of the version before too. Texts of one phone are
-- stored in turn, so that no two of them can get the same number.
ALTER TABLE inbound ADD COLUMN arrival INTEGER;
UPDATE inbound SET arrival = received_at;
CREATE INDEX inbound_arrival ON inbound (arrival);
CREATE INDEX inbound_phone_arrival ON inbound (phone_key, arrival);
CREATE TRIGGER inbound_arrives AFTER INSERT ON inbound WHEN NEW.arrival IS NULL BEGIN   -- sqlite
    UPDATE inbound SET arrival = (SELECT coalesce(max(arrival), 0) + 1 FROM inbound)    -- sqlite
        WHERE rowid = NEW.rowid; END;                                                   -- sqlite
CREATE FUNCTION number_arrival() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN           -- postgres
    SELECT coalesce(max(arrival), 0) + 1 INTO NEW.arrival FROM inbound                  -- postgres
    ; RETURN NEW; END $$;                                                               -- postgres
CREATE TRIGGER inbound_arrives BEFORE INSERT ON inbound                                 -- postgres
    FOR EACH ROW WHEN (NEW.arrival IS NULL) EXECUTE FUNCTION number_arrival();          -- postgres
