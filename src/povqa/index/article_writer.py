"""Writing the table of articles: they enter, leave, and change their ordinal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from povqa.index.articles import COLUMNS, UNIT, article_of
from povqa.text.normalise import normalise
from povqa.types import Article

# The texts stand apart so that a search of the metadata does not read them.
SCHEMA = """
CREATE TABLE articles (ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, path TEXT NOT NULL,
                       source TEXT, author TEXT, published TEXT, place TEXT NOT NULL, url TEXT, sha256 TEXT NOT NULL,
                       added TEXT, main TEXT);
CREATE TABLE texts (ordinal INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE places (name TEXT NOT NULL, bare INTEGER NOT NULL, ordinal INTEGER NOT NULL,
                     PRIMARY KEY (name, bare, ordinal)) WITHOUT ROWID;
CREATE INDEX place_of ON places (ordinal);
CREATE INDEX by_date ON articles (published);
CREATE INDEX by_source ON articles (source);
CREATE INDEX by_author ON articles (author);
CREATE INDEX by_main ON articles (main) WHERE main IS NOT NULL
"""
_TABLES = ("articles", "texts", "places")


class ArticleWriter:
    """The table of articles in a generation that is being written."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def insert(self, ordinal: int, article: Article) -> None:
        """An article enters."""
        values = [getattr(article, name) for name in COLUMNS]
        values[COLUMNS.index("place")] = json.dumps(article.place, ensure_ascii=False)
        self._db.execute(
            f"INSERT INTO articles (ordinal, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})",
            (ordinal, *values),
        )
        self._db.execute("INSERT INTO texts VALUES (?, ?)", (ordinal, article.text))
        names = {(name, False) for name in map(normalise, article.place)}
        names |= {(UNIT.sub("", name), True) for name, _ in names}
        self._db.executemany("INSERT INTO places VALUES (?, ?, ?)", [(name, bare, ordinal) for name, bare in names])

    def delete(self, ordinal: int) -> None:
        """An article leaves."""
        for table in _TABLES:
            self._db.execute(f"DELETE FROM {table} WHERE ordinal = ?", (ordinal,))

    def move(self, ordinal: int, to: int) -> None:
        """An article gets an ordinal that no other has."""
        for table in _TABLES:
            self._db.execute(f"UPDATE {table} SET ordinal = ? WHERE ordinal = ?", (to, ordinal))

    def renumber(self) -> list[tuple[int, int]]:
        """Give the articles the ordinals from 0 on, by path.

        :return: each article's ordinal before and now.
        """
        old = [row[0] for row in self._db.execute("SELECT ordinal FROM articles ORDER BY path")]
        for new, before in enumerate(old):
            self.move(before, -1 - new)
        for table in _TABLES:
            self._db.execute(f"UPDATE {table} SET ordinal = -1 - ordinal WHERE ordinal < 0")
        return [(before, new) for new, before in enumerate(old)]

    def stand_aside(self, article_id: str, main: str | None) -> None:
        """Say for which article this one stands aside; None: it is searched itself."""
        self._db.execute("UPDATE articles SET main = ? WHERE id = ?", (main, article_id))

    def ordinal(self, article_id: str) -> int:
        """The ordinal of an article."""
        return int(self._db.execute("SELECT ordinal FROM articles WHERE id = ?", (article_id,)).fetchone()[0])

    def length(self, article_id: str) -> int:
        """How many characters an article's text has."""
        query = "SELECT length(text) FROM articles JOIN texts USING (ordinal) WHERE id = ?"
        return int(self._db.execute(query, (article_id,)).fetchone()[0])

    def ids(self) -> list[str]:
        """The ids of all articles."""
        return [row[0] for row in self._db.execute("SELECT id FROM articles")]

    def count(self) -> tuple[int, int]:
        """How many articles there are, and how many of them stand aside."""
        row = self._db.execute("SELECT count(*), count(main) FROM articles").fetchone()
        return int(row[0]), int(row[1])

    def searched(self) -> list[int]:
        """The ordinals of the articles that do not stand aside, in their order."""
        return [row[0] for row in self._db.execute("SELECT ordinal FROM articles WHERE main IS NULL ORDER BY ordinal")]

    def read(self, ordinals: Iterable[int]) -> Iterator[Article]:
        """Articles, one after the other."""
        query = f"SELECT {', '.join(COLUMNS)}, text FROM articles JOIN texts USING (ordinal) WHERE ordinal = ?"
        for ordinal in ordinals:
            yield article_of(self._db.execute(query, (ordinal,)).fetchone())
