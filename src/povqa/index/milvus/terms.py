"""BM25 as sparse vectors: the product of a question's vector and a sentence's is the score, whoever multiplies.

A sentence's vector has a dimension for each token of each field (text, title, place), with how much of it the
sentence has; a question's has the token's rarity there, times the field's weight. What changes with every article
that comes or goes is so on the question's side alone: how many sentences hold a token, counted here in SQLite. The
mean length of a field is kept as it was when all was written, and when it has drifted off all is written anew.

k1, b, idf, and the steps in which a length is kept are those of the local engine (Lucene's), for equal scores.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError
from povqa.index.database import sealed
from povqa.index.lexical import FIELD_WEIGHTS
from povqa.index.tokens import tokens
from povqa.text.normalise import normalise
from povqa.types import Article

TERMS = "terms.sqlite"
SCHEMA = """
CREATE TABLE terms (field INTEGER NOT NULL, term TEXT NOT NULL, sentences INTEGER NOT NULL,
                    PRIMARY KEY (field, term)) WITHOUT ROWID;
CREATE TABLE fields (field INTEGER PRIMARY KEY, tokens INTEGER NOT NULL, mean REAL);
CREATE TABLE counted (sentences INTEGER NOT NULL);
INSERT INTO fields VALUES (0, 0, NULL), (1, 0, NULL), (2, 0, NULL);
INSERT INTO counted VALUES (0)
"""
FIELDS = tuple(FIELD_WEIGHTS)
DRIFT = 0.05  # of the mean length of a field
_K1, _B = 1.2, 0.75
_HELD = 400_000  # counts in memory, at the most
_VALUES = 900  # in one query

Sparse = dict[int, float]


def dimension(field: int, term: str) -> int:
    """The dimension of a token in a field. Milvus takes 0 to 2^32 - 2; two tokens may, rarely, share one."""
    return crc32(f"{field}{term}".encode()) % 0xFFFFFFFF


def _steps() -> NDArray[np.int64]:
    """The lengths that a byte tells apart: exact to 40, then eight steps to each doubling (Lucene's SmallFloat)."""
    free = [i if i < 8 else (8 + i % 8) << (i // 8 - 1) for i in range(256 - 24)]
    return np.array([*range(24), *(24 + one for one in free)], np.int64)


_STEPS = _steps()


class SentenceFields:
    """The tokens of an article's sentences, titles and places counted once for all."""

    def __init__(self, article: Article) -> None:
        self._text = normalise(article.text)
        self._shared = tuple(Counter(tokens(normalise(text))) for text in (article.title, " ".join(article.place)))

    def of(self, start: int, end: int) -> tuple[Counter[str], ...]:
        """The tokens of the sentence [start, end), by field."""
        return (Counter(tokens(self._text[start:end])), *self._shared)


def sentence_vector(fields: Sequence[Mapping[str, int]], means: Sequence[float]) -> Sparse:
    """How much of each token a sentence has: tf / (tf + k1 (1 - b + b length / mean)), Robertson and Zaragoza 2009."""
    vector: Sparse = {}
    for field, counts in enumerate(fields):
        if not counts:
            continue
        length = int(_STEPS[np.searchsorted(_STEPS, sum(counts.values()), side="right") - 1])
        norm = _K1 * (1 - _B + _B * length / means[field])
        for term, times in counts.items():
            place = dimension(field, term)
            vector[place] = vector.get(place, 0.0) + times / (times + norm)
    return vector


class TermTable:
    """In how many sentences each token stands, by field. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """:raises BrokenIndexError: there is no such table."""
        self._path = path
        self._lock = threading.Lock()
        try:
            self._db = sealed(path)
            self.count = int(self._db.execute("SELECT sentences FROM counted").fetchone()[0])
            self._lengths = self._db.execute("SELECT tokens, mean FROM fields ORDER BY field").fetchall()
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def has_drifted(self) -> bool:
        """Whether the mean lengths that the vectors were made with are not near those of the sentences any more."""
        now = [total / max(self.count, 1) for total, _ in self._lengths]
        return any(abs(one - mean) > DRIFT * mean for one, (_, mean) in zip(now, self._lengths, strict=True))

    def frequency(self, field: int, terms: Iterable[str]) -> dict[str, int]:
        """The tokens that stand in some sentence's field, with in how many."""
        wanted = sorted(set(terms))
        found: dict[str, int] = {}
        try:
            with self._lock:
                for at in range(0, len(wanted), _VALUES):
                    some = wanted[at : at + _VALUES]
                    marks = ",".join("?" * len(some))
                    query = f"SELECT term, sentences FROM terms WHERE field = ? AND term IN ({marks})"
                    found.update(self._db.execute(query, (field, *some)))
        except sqlite3.Error as error:
            raise self._broken(error) from error
        return found

    def question_vector(self, query_tokens: Sequence[str]) -> Sparse:
        """How much each token counts; one given twice counts twice, one that stands nowhere is left out."""
        vector: Sparse = {}
        asked = Counter(query_tokens)
        for field, weight in enumerate(FIELD_WEIGHTS.values()):
            if weight:
                for term, count in self.frequency(field, asked).items():
                    place = dimension(field, term)
                    rarity = float(np.log1p((self.count - count + 0.5) / (count + 0.5)))
                    vector[place] = vector.get(place, 0.0) + asked[term] * weight * rarity * (_K1 + 1)
        return vector

    def _broken(self, error: sqlite3.Error) -> BrokenIndexError:
        return BrokenIndexError(
            f"The table {self._path} cannot be read ({error}): run `povqa index --rebuild`.",
            f"无法读取 {self._path}({error}):请运行 `povqa index --rebuild`。",
        )


class TermCounter:
    """Counts the tokens of sentences that come and go, in a table that is being written."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._counts: Counter[tuple[int, str]] = Counter()
        self._lengths = [0] * len(FIELDS)
        self._sentences = 0

    def count(self, fields: Sequence[Mapping[str, int]], sign: int = 1) -> None:
        """A sentence comes (1) or goes (-1)."""
        self._sentences += sign
        for field, counts in enumerate(fields):
            self._lengths[field] += sign * sum(counts.values())
            for term in counts:
                self._counts[field, term] += sign
        if len(self._counts) > _HELD:
            self._flush()

    def finish(self) -> list[float]:
        """Write what was counted.

        :return: the mean lengths of the fields that vectors are made with: those of the first time.
        """
        self._flush()
        self._db.execute("DELETE FROM terms WHERE sentences <= 0")
        self._db.execute("UPDATE counted SET sentences = sentences + ?", (self._sentences,))
        for field, length in enumerate(self._lengths):
            self._db.execute("UPDATE fields SET tokens = tokens + ? WHERE field = ?", (length, field))
        mean = "tokens * 1.0 / max(1, (SELECT sentences FROM counted))"
        self._db.execute(f"UPDATE fields SET mean = {mean} WHERE mean IS NULL")
        # Of a field that was empty everywhere nothing is known: its first length stands in.
        return [mean or 40.0 for (mean,) in self._db.execute("SELECT mean FROM fields ORDER BY field")]

    def _flush(self) -> None:
        self._db.executemany(
            "INSERT INTO terms VALUES (?, ?, ?) "
            "ON CONFLICT (field, term) DO UPDATE SET sentences = sentences + excluded.sentences",
            ((field, term, count) for (field, term), count in sorted(self._counts.items()) if count),
        )
        self._counts.clear()
