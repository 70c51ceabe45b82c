-- What an owner has sent and not decided on yet: a document to add, or an article to remove.
CREATE TABLE proposals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    data BLOB,
    action TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL,
    made REAL NOT NULL
);
CREATE INDEX proposals_by_user ON proposals (user_id);
