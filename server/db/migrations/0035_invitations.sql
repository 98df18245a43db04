-- A link that lets one person into an organization, once, within a week.
CREATE TABLE invitations (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    token_key BLOB NOT NULL UNIQUE,        -- a hash: the database does not hold what lets in
    roles TEXT NOT NULL,                   -- by spaces
    whom TEXT NOT NULL,                    -- whom the owner had in mind; '' once it is used
    invited_by INTEGER NOT NULL REFERENCES organizers (id),
    made_at INTEGER NOT NULL,
    used_by INTEGER REFERENCES organizers (id)
);
