-- Who decides where, and which postcode lies where (core/places). Days are 2027-01-03; what is
-- valid to a day is so until the day before. A division is an Open Civic Data id, its region the
-- part of it right below the country, its level the kind of its last part. Of no signer.
CREATE TABLE officeholders (
    person TEXT NOT NULL,                  -- as the source of the file calls them
    role TEXT NOT NULL,
    division TEXT NOT NULL,                -- '' where the office is of no place
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    closed_at INTEGER,                     -- a later file no longer had them
    country TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    titles TEXT NOT NULL,                  -- by language, as JSON; those of the office if empty
    email TEXT NOT NULL,
    form TEXT NOT NULL,
    phone TEXT NOT NULL,
    hours TEXT NOT NULL,                   -- of the office
    address TEXT NOT NULL,                 -- of the office, never of a home
    PRIMARY KEY (person, role, division, valid_from)
);
CREATE INDEX officeholders_of_region ON officeholders (country, region);

CREATE TABLE offices (
    country TEXT NOT NULL,
    role TEXT NOT NULL,
    level TEXT NOT NULL,                   -- of the divisions that have it
    depth INTEGER NOT NULL,                -- of these: 0 of no place, 1 country, 2 region, or deeper
    seats INTEGER,                         -- in each of them, where that is known
    instead TEXT NOT NULL,                 -- the role to offer where there is no such office
    titles TEXT NOT NULL,                  -- by language, as JSON
    PRIMARY KEY (country, role, level)
);

CREATE TABLE postcode_divisions (
    country TEXT NOT NULL,
    postcode TEXT NOT NULL,                -- folded; `008*` is all that begin so and are not named
    division TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    closed_at INTEGER,
    level TEXT NOT NULL,
    region TEXT NOT NULL,
    share INTEGER,                         -- of the postcode's land, in millionths; null if unknown
    PRIMARY KEY (country, postcode, division, valid_from)
);
CREATE INDEX postcode_divisions_of_region
    ON postcode_divisions (country, region, division, valid_from, valid_to);

CREATE TABLE division_names (
    division TEXT PRIMARY KEY,
    names TEXT NOT NULL                    -- by language, as JSON
);

-- What each file that was imported spoke for: a seat is empty where one did and names nobody.
CREATE TABLE place_imports (
    kind TEXT NOT NULL,                    -- people or map
    country TEXT NOT NULL,
    what TEXT NOT NULL,                    -- the role, or the level
    spoken_for TEXT NOT NULL,              -- divisions, by spaces; '' for all of the country
    excepted TEXT NOT NULL,                -- divisions that it did not speak for, by spaces
    valid_from TEXT NOT NULL,
    imported_at INTEGER NOT NULL,
    times INTEGER NOT NULL,                -- how often as of that day
    PRIMARY KEY (kind, country, what, spoken_for, excepted, valid_from)
);
