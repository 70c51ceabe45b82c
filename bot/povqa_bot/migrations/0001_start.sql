-- What came in. The payload goes as soon as the update is dealt with; the number stays, so that none is taken twice.
CREATE TABLE updates (
    update_id INTEGER PRIMARY KEY,
    payload TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    received REAL NOT NULL
);
CREATE INDEX updates_pending ON updates (update_id) WHERE payload IS NOT NULL;

CREATE TABLE users (user_id INTEGER PRIMARY KEY, lang TEXT);

-- Questions with what was answered: conversations, buttons and ratings all start from here.
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    question_message_id INTEGER,
    message_id INTEGER,
    question TEXT NOT NULL,
    history TEXT NOT NULL,
    lang TEXT NOT NULL,
    answer TEXT NOT NULL,
    asked REAL NOT NULL,
    forgotten INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX answers_by_question ON answers (chat_id, user_id, question_message_id);
CREATE INDEX answers_by_message ON answers (chat_id, message_id);
CREATE INDEX answers_by_user ON answers (user_id);
CREATE INDEX answers_by_time ON answers (asked);

CREATE TABLE ratings (
    answer_id INTEGER NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    good INTEGER NOT NULL,
    rated REAL NOT NULL,
    PRIMARY KEY (answer_id, user_id)
);
