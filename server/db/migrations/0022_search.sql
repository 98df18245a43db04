-- What a petition is found by: the wording of all its languages, folded (core/petitions/search.py).
-- `rowid` is the petition's id. Core fills it; a petition that is not in it is folded by the worker.
CREATE VIRTUAL TABLE searched USING fts5 (folded, tokenize = 'trigram');               -- sqlite
CREATE TABLE searched (rowid INTEGER PRIMARY KEY, folded TEXT NOT NULL);               -- postgres
-- Without the extension each search reads all rows, which hundreds of petitions bear.
DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX searched_folded        -- postgres
    ON searched USING gin (folded gin_trgm_ops); EXCEPTION WHEN OTHERS THEN NULL; END $$; -- postgres
-- A server of the version before, which edits a wording, knows nothing of all this.
CREATE TRIGGER texts_gone AFTER DELETE ON petition_texts BEGIN                         -- sqlite
    DELETE FROM searched WHERE rowid = OLD.petition_id; END;                           -- sqlite
CREATE FUNCTION forget_searched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN         -- postgres
    DELETE FROM searched WHERE rowid = OLD.petition_id; RETURN NULL; END $$;           -- postgres
CREATE TRIGGER texts_gone AFTER DELETE ON petition_texts                               -- postgres
    FOR EACH ROW EXECUTE FUNCTION forget_searched();                                   -- postgres
