-- Figures of a petition that take long to count, as JSON (core/desk/kept.py): of nobody, since none is of
-- fewer than five people.
CREATE TABLE figures_kept (
    petition_id INTEGER PRIMARY KEY REFERENCES petitions (id),
    made_at INTEGER NOT NULL,
    counted INTEGER NOT NULL,              -- signatures then, verified ones twice
    content TEXT NOT NULL
);
-- Letters that an organizer can do something about.
CREATE INDEX letters_stuck ON letters (petition_id)
    WHERE state IN ('held', 'rejected', 'uncertain');
