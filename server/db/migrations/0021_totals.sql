-- The counters of all days of a petition added up: what a page shows of it, and what a list of
-- thousands shows of all, however many days there are. The database itself keeps them equal to
-- `counts`, whoever writes there: a server of the version before too.
CREATE TABLE totals (
    petition_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    class TEXT NOT NULL,
    shard INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (petition_id, state, class, shard)
);
CREATE TRIGGER counts_added AFTER INSERT ON counts BEGIN                              -- sqlite
    INSERT INTO totals VALUES (NEW.petition_id, NEW.state, NEW.class, NEW.shard, NEW.n) -- sqlite
        ON CONFLICT (petition_id, state, class, shard)                                -- sqlite
        DO UPDATE SET n = totals.n + excluded.n; END;                                 -- sqlite
CREATE TRIGGER counts_changed AFTER UPDATE ON counts BEGIN                            -- sqlite
    UPDATE totals SET n = n - OLD.n WHERE petition_id = OLD.petition_id               -- sqlite
        AND state = OLD.state AND class = OLD.class AND shard = OLD.shard             -- sqlite
    ; INSERT INTO totals                                                              -- sqlite
        VALUES (NEW.petition_id, NEW.state, NEW.class, NEW.shard, NEW.n)              -- sqlite
        ON CONFLICT (petition_id, state, class, shard)                                -- sqlite
        DO UPDATE SET n = totals.n + excluded.n; END;                                 -- sqlite
CREATE TRIGGER counts_gone AFTER DELETE ON counts BEGIN                               -- sqlite
    UPDATE totals SET n = n - OLD.n WHERE petition_id = OLD.petition_id               -- sqlite
        AND state = OLD.state AND class = OLD.class AND shard = OLD.shard; END;       -- sqlite
CREATE FUNCTION add_to_totals() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN          -- postgres
    IF TG_OP <> 'INSERT' THEN                                                         -- postgres
        UPDATE totals SET n = n - OLD.n WHERE petition_id = OLD.petition_id           -- postgres
            AND state = OLD.state AND class = OLD.class AND shard = OLD.shard         -- postgres
    ; END IF; IF TG_OP <> 'DELETE' THEN                                               -- postgres
        INSERT INTO totals                                                            -- postgres
            VALUES (NEW.petition_id, NEW.state, NEW.class, NEW.shard, NEW.n)          -- postgres
            ON CONFLICT (petition_id, state, class, shard)                            -- postgres
            DO UPDATE SET n = totals.n + excluded.n                                   -- postgres
    ; END IF; RETURN NULL; END $$;                                                    -- postgres
CREATE TRIGGER counts_changed AFTER INSERT OR UPDATE OR DELETE ON counts              -- postgres
    FOR EACH ROW EXECUTE FUNCTION add_to_totals();                                    -- postgres
-- After the triggers, which have waited for whoever was writing.
INSERT INTO totals (petition_id, state, class, shard, n)
    SELECT petition_id, state, class, shard, sum(n) FROM counts GROUP BY 1, 2, 3, 4;
