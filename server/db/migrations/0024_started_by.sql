-- Who asks, as the petition's page names them; '' where nobody has said so yet.
ALTER TABLE petitions ADD COLUMN started_by TEXT NOT NULL DEFAULT '';
