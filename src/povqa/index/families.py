"""Families: articles that say the same. One of them is searched; the others stand aside for it.

Which one is a matter of who is there, not of who came when: the most complete of them is searched, since what stands
in another alone is not found, and of those that are as complete the earliest. Those near to it stand aside, and of the
rest the most complete is next.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from povqa.corpus.duplicates import NEAR, bands, signature, similarity
from povqa.types import Article

SCHEMA = """
CREATE TABLE members (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, published TEXT NOT NULL,
                      added TEXT NOT NULL, path TEXT NOT NULL, signature BLOB NOT NULL, main INTEGER);
CREATE TABLE bands (band INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (band, number)) WITHOUT ROWID;
CREATE INDEX by_main ON members (main) WHERE main IS NOT NULL
"""
_UNDATED = "9999"
_AS_COMPLETE = 0.99  # of the length of the longest: a signature more or less is no reason to leave the earliest
_MOST = 900  # values in one query: SQLite takes 999 at the least


class Families:
    """The signatures of all articles of an index, in a generation that is being written."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._touched: set[int] = set()  # members whose family must be worked out again

    def add(self, article: Article) -> None:
        """An article enters."""
        signed = signature(article.text)
        number = self._db.execute(
            "INSERT INTO members (id, published, added, path, signature) VALUES (?, ?, ?, ?, ?)",
            (article.id, article.published or _UNDATED, article.added or _UNDATED, article.path, signed),
        ).lastrowid
        assert number is not None
        self._db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, number) for band in bands(signed)])
        self._touched.add(number)

    def remove(self, article_id: str) -> None:
        """An article leaves. Whoever was near to it may now be searched, or join another."""
        query = "SELECT number, signature FROM members WHERE id = ?"
        number, signed = self._db.execute(query, (article_id,)).fetchone()
        self._touched.update(self._near(number, signed))
        self._touched.discard(number)
        self._db.executemany(
            "DELETE FROM bands WHERE band = ? AND number = ?", [(band, number) for band in bands(signed)]
        )
        self._db.execute("DELETE FROM members WHERE number = ?", (number,))

    def settle(self, length: Callable[[str], int]) -> dict[str, str | None]:
        """Work out the families that were touched.

        :param length: how long an article's text is, by its id.
        :return: the articles for which it changed, by id: for which article each stands aside now, None for itself;
            new articles that are searched are not among them.
        """
        changed: dict[int, int | None] = {}
        seen: set[int] = set()
        for number in sorted(self._touched):
            if number in seen:
                continue
            family = self._connected(number)
            seen.update(family)
            mains = _mains(family, length)
            changed |= {one: mains[one] for one in family if mains[one] != family[one].main}
        self._touched.clear()
        self._db.executemany(
            "UPDATE members SET main = ? WHERE number = ?", [(main, one) for one, main in changed.items()]
        )
        ids = self._ids({one for pair in changed.items() for one in pair if one is not None})
        return {ids[one]: ids[main] if main is not None else None for one, main in changed.items()}

    def _connected(self, number: int) -> dict[int, _Member]:
        """All that are near to this one, or to one that is."""
        found: dict[int, _Member] = {}
        waiting = [number]
        while waiting:
            one = waiting.pop()
            if one in found:
                continue
            columns = "id, published, added, path, signature, main"
            row = self._db.execute(f"SELECT {columns} FROM members WHERE number = ?", (one,)).fetchone()
            found[one] = _Member(row[0], row[1:4], row[5], self._near(one, row[4]))
            waiting += found[one].near
        return found

    def _near(self, number: int, signed: bytes) -> list[int]:
        keys = bands(signed)
        rows = self._db.execute(
            "SELECT number, signature FROM members WHERE number <> ? AND number IN "
            f"(SELECT number FROM bands WHERE band IN ({', '.join('?' * len(keys))}))",
            (number, *keys),
        )
        return [other for other, others in rows if similarity(signed, others) >= NEAR]

    def _ids(self, numbers: Iterable[int]) -> dict[int, str]:
        wanted = list(numbers)
        found: dict[int, str] = {}
        for at in range(0, len(wanted), _MOST):
            some = wanted[at : at + _MOST]
            marks = ", ".join("?" * len(some))
            found.update(self._db.execute(f"SELECT number, id FROM members WHERE number IN ({marks})", some).fetchall())
        return found


class _Member(NamedTuple):
    id: str
    order: tuple[str, str, str]
    main: int | None
    near: list[int]


def _mains(family: Mapping[int, _Member], length: Callable[[str], int]) -> dict[int, int | None]:
    """For whom each member stands aside; None for those that are searched."""
    if len(family) == 1:
        return dict.fromkeys(family)
    mains: dict[int, int | None] = {}
    waiting = {number: length(member.id) for number, member in family.items()}
    while waiting:
        enough = _AS_COMPLETE * max(waiting.values())
        main = min((one for one in waiting if waiting[one] >= enough), key=lambda one: family[one].order)
        mains |= {one: main for one in family[main].near if one in waiting} | {main: None}
        waiting = {one: size for one, size in waiting.items() if one not in mains}
    return mains
