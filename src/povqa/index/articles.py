"""The cleaned articles on disk (SQLite): one is read without the others, and chosen by place, date, source or author.

An article that says the same as another stands aside for it: it can be read, but is not searched.
"""

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
from povqa.index.database import sealed
from povqa.text.normalise import normalise
from povqa.types import Article

COLUMNS = ("id", "title", "path", "source", "author", "published", "place", "url", "sha256", "added")
_SELECT = f"SELECT {', '.join(COLUMNS)}, text FROM articles JOIN texts USING (ordinal)"
UNIT = re.compile(r"(?<=..)(?:自治[区州县旗]|地区|街道|[省市县区州盟旗镇乡村])$")


def article_of(row: Sequence[Any]) -> Article:
    """An article from its columns and its text."""
    given = dict(zip((*COLUMNS, "text"), row, strict=True))
    given["place"] = tuple(json.loads(given["place"]))
    return Article(**given)


class ArticleTable:
    """The articles of an index, by ordinal or id. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """:raises BrokenIndexError: there is no such table."""
        self._path = path
        self._lock = threading.Lock()
        try:
            self._db = sealed(path)
        except sqlite3.Error as error:
            raise self._broken(error) from error
        self.read = lru_cache(maxsize=256)(self._read)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
        self.read.cache_clear()  # it refers to this table, and the table to it

    def ids(self) -> tuple[str, ...]:
        """The ids of all articles, in the order of their ordinals."""
        return tuple(row[0] for row in self._rows("SELECT id FROM articles ORDER BY ordinal"))

    def all(self) -> list[Article]:
        """All articles, by path."""
        return [article_of(row) for row in self._rows(f"{_SELECT} ORDER BY path")]

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
            bare = UNIT.sub("", name)
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

    def named(self, column: str, names: Iterable[str]) -> list[int]:
        """The articles whose source or author is one of the names, written in any of the ways that fold alike.

        :param column: "source" or "author".
        """
        assert column in ("source", "author")
        wanted = {folded(name) for name in names}
        rows = self._rows(f"SELECT DISTINCT {column} FROM articles WHERE {column} IS NOT NULL")
        found: list[int] = []
        for (written,) in rows:
            if folded(written) in wanted:
                found += [row[0] for row in self._rows(f"SELECT ordinal FROM articles WHERE {column} = ?", (written,))]
        return sorted(found)

    def standing_for(self, ordinal: int) -> int:
        """The ordinal of the article that is searched in the place of this one: most often its own."""
        rows = self._rows(
            "SELECT main.ordinal FROM articles JOIN articles AS main ON main.id = articles.main "
            "WHERE articles.ordinal = ?",
            (ordinal,),
        )
        return int(rows[0][0]) if rows else ordinal

    def copies(self, article_id: str) -> tuple[str, ...]:
        """The paths of the articles that stand aside for this one."""
        rows = self._rows("SELECT path FROM articles WHERE main = ? ORDER BY path", (article_id,))
        return tuple(row[0] for row in rows)

    def check(self) -> None:
        """Have SQLite look over its own file.

        :raises BrokenIndexError: it finds something wrong.
        """
        found = self._rows("PRAGMA integrity_check")[0][0]
        if found != "ok":
            raise self._broken(sqlite3.DatabaseError(str(found).splitlines()[0]))

    def _read(self, ordinal: int) -> Article:
        rows = self._rows(f"{_SELECT} WHERE ordinal = ?", (ordinal,))
        if not rows:
            raise IndexError(f"no article has the ordinal {ordinal}")
        return article_of(rows[0])

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        try:
            with self._lock:
                return self._db.execute(query, values).fetchall()
        except UnicodeEncodeError:  # half a character, as a shell may pass it on, is the name of nothing
            return []
        except sqlite3.DatabaseError as error:
            raise self._broken(error) from error

    def _broken(self, error: sqlite3.Error) -> BrokenIndexError:
        return BrokenIndexError(
            f"The articles in {self._path} cannot be read ({error}): run `povqa index`.",
            f"无法读取 {self._path} 中的文章({error}):请运行 `povqa index`。",
        )


def folded(name: str) -> str:
    """A name of a source or an author, as names are compared."""
    return " ".join(normalise(name).split())
