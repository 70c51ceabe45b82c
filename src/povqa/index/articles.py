"""The cleaned articles on disk (SQLite): one is read without the others, and chosen by place or date."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from povqa.errors import BrokenIndexError, CorpusError
from povqa.text.normalise import normalise
from povqa.types import Article

# The texts stand apart so that a search of the metadata does not read them.
_SCHEMA = """
CREATE TABLE articles (ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, path TEXT NOT NULL,
                       source TEXT, author TEXT, published TEXT, place TEXT NOT NULL, url TEXT);
CREATE TABLE texts (ordinal INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE places (name TEXT NOT NULL, bare INTEGER NOT NULL, ordinal INTEGER NOT NULL,
                     PRIMARY KEY (name, bare, ordinal)) WITHOUT ROWID;
CREATE INDEX by_date ON articles (published);
"""
_UNIT = re.compile(r"(?<=..)(?:自治[区州县旗]|地区|街道|[省市县区州盟旗镇乡村])$")


class ArticleTable:
    """The articles of an index, by ordinal or id. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """:raises BrokenIndexError: there is no such table."""
        self._path = path
        self._lock = threading.Lock()
        try:
            # `immutable`: a generation never changes, and a read-only disk takes no lock.
            uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._broken(error) from error
        self.read = lru_cache(maxsize=256)(self._read)

    @staticmethod
    def build(articles: Iterable[Article], path: Path) -> None:
        """Write the table; an article's ordinal is its position.

        :raises OSError: the disk is full or cannot be written.
        """
        db = sqlite3.connect(path)
        try:
            with db:
                db.executescript(_SCHEMA)
                for ordinal, article in enumerate(articles):
                    _insert(db, ordinal, article)
        except sqlite3.OperationalError as error:
            raise OSError(f"{path}: {error}") from error
        finally:
            db.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def ids(self) -> tuple[str, ...]:
        """The ids of all articles, by ordinal."""
        return tuple(row[0] for row in self._rows("SELECT id FROM articles ORDER BY ordinal"))

    def ordinal(self, article_id: str) -> int:
        """The ordinal of an article.

        :raises CorpusError: there is none of that id.
        """
        for (ordinal,) in self._rows("SELECT ordinal FROM articles WHERE id = ?", (article_id,)):
            return int(ordinal)
        raise CorpusError(
            f"There is no article {article_id!r} in the index: take the id from a citation, or run `povqa index` "
            "if the article is new.",
            f"索引中没有文章 {article_id!r}:请使用引文中给出的编号;如果是新加的文章,请先运行 `povqa index`。",
        )

    def at_places(self, names: Iterable[str]) -> list[int]:
        """The articles about any of the places. 临沂 is found by 临沂市 and finds it; 临沂市 does not find 临沂县."""
        found: set[int] = set()
        for name in map(normalise, names):
            found.update(row[0] for row in self._rows("SELECT ordinal FROM places WHERE name = ?", (name,)))
            bare = _UNIT.sub("", name)
            found.update(
                row[0] for row in self._rows("SELECT ordinal FROM places WHERE name = ? AND NOT bare", (bare,))
            )
        return sorted(found)

    def published_within(self, since: str | None, until: str | None) -> list[int]:
        """The articles published from `since` to `until`, both included and each YYYY, YYYY-MM or YYYY-MM-DD.

        An article without a date is never among them.
        """
        rows = self._rows(
            "SELECT ordinal FROM articles WHERE published >= ? AND published < ? ORDER BY ordinal",
            (since or "", f"{until or ''}\U0010ffff"),
        )
        return [row[0] for row in rows]

    def _read(self, ordinal: int) -> Article:
        rows = self._rows("SELECT * FROM articles JOIN texts USING (ordinal) WHERE ordinal = ?", (ordinal,))
        if not rows:
            raise IndexError(f"no article has the ordinal {ordinal}")
        _, article_id, title, path, source, author, published, place, url, text = rows[0]
        return Article(
            id=article_id,
            title=title,
            text=text,
            path=path,
            source=source,
            author=author,
            published=published,
            place=tuple(json.loads(place)),
            url=url,
        )

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        try:
            with self._lock:
                return self._db.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._broken(error) from error

    def _broken(self, error: sqlite3.Error) -> BrokenIndexError:
        return BrokenIndexError(
            f"The articles in {self._path} cannot be read ({error}): run `povqa index`.",
            f"无法读取 {self._path} 中的文章({error}):请运行 `povqa index`。",
        )


def _insert(db: sqlite3.Connection, ordinal: int, article: Article) -> None:
    values = (
        *(ordinal, article.id, article.title, article.path, article.source, article.author, article.published),
        *(json.dumps(article.place, ensure_ascii=False), article.url),
    )
    db.execute(f"INSERT INTO articles VALUES ({', '.join('?' * len(values))})", values)
    db.execute("INSERT INTO texts VALUES (?, ?)", (ordinal, article.text))
    names = {(name, False) for name in map(normalise, article.place)}
    names |= {(_UNIT.sub("", name), True) for name, _ in names}
    db.executemany("INSERT INTO places VALUES (?, ?, ?)", [(name, bare, ordinal) for name, bare in names])
