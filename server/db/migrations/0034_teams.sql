-- Who runs petitions together: an organization owns them, and each of its members has roles there.
CREATE TABLE organizations (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE members (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    organizer_id INTEGER NOT NULL REFERENCES organizers (id),
    roles TEXT NOT NULL,                   -- by spaces; '' of one who has left
    joined_at INTEGER NOT NULL,
    decided_until INTEGER,                 -- when somebody lost the right to agree to what others take out
    PRIMARY KEY (organization_id, organizer_id)
);
CREATE INDEX members_by_organizer ON members (organizer_id);
ALTER TABLE petitions ADD COLUMN organization_id INTEGER REFERENCES organizations (id);
ALTER TABLE audit ADD COLUMN organization_id INTEGER;
CREATE INDEX audit_organization ON audit (organization_id, n);

-- Petitions with the same organizers become those of one organization, which bears the number of
-- the first of them and the names of its owners.
CREATE TABLE run_together AS
 SELECT petition_id, min(petition_id) OVER (PARTITION BY who) AS organization_id FROM (
  SELECT petition_id,
   group_concat(organizer_id, ' ' ORDER BY organizer_id) AS who -- sqlite
   string_agg(CAST(organizer_id AS TEXT), ' ' ORDER BY organizer_id) AS who -- postgres
  FROM petition_organizers GROUP BY petition_id) AS sets;
INSERT INTO organizations (id, name, created_at)
 SELECT t.organization_id,
  group_concat(DISTINCT o.name), -- sqlite
  string_agg(DISTINCT o.name, ',' ORDER BY o.name), -- postgres
  min(p.created_at) FROM run_together t JOIN petitions p ON p.id = t.petition_id
 JOIN petition_organizers w ON w.petition_id = t.petition_id JOIN organizers o ON o.id = w.organizer_id
 GROUP BY t.organization_id;
-- Since the first of those petitions: more has to be agreed to, not less.
INSERT INTO members (organization_id, organizer_id, roles, joined_at)
 SELECT t.organization_id, w.organizer_id, 'owner', min(w.joined_at) FROM run_together t
 JOIN petition_organizers w ON w.petition_id = t.petition_id
 GROUP BY t.organization_id, w.organizer_id;
UPDATE petitions SET organization_id =
 (SELECT t.organization_id FROM run_together t WHERE t.petition_id = petitions.id);

-- Who has no petition yet may write one, as before. An empty hash is of an account that was closed.
INSERT INTO organizations (id, name, created_at)
 SELECT (SELECT coalesce(max(id), 0) FROM petitions) + o.id, o.name, o.created_at FROM organizers o
 WHERE o.password_hash <> ''
  AND NOT EXISTS (SELECT 1 FROM petition_organizers w WHERE w.organizer_id = o.id);
INSERT INTO members (organization_id, organizer_id, roles, joined_at)
 SELECT (SELECT coalesce(max(id), 0) FROM petitions) + o.id, o.id, 'owner', o.created_at
 FROM organizers o WHERE o.password_hash <> ''
  AND NOT EXISTS (SELECT 1 FROM petition_organizers w WHERE w.organizer_id = o.id);
DROP TABLE run_together;
DROP TABLE petition_organizers;
