"""Writing the words of the corpus: an article's own are added when it enters and taken off when it leaves.

jieba's dictionary tags words (through its Rust twin), its idf table picks key terms and pypinyin gives sounds.
"""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from statistics import median

from povqa.index.vocabulary import FLAGS, HAN, MOST, SUFFIX, SUFFIXES
from povqa.text.normalise import normalise
from povqa.types import Article

SCHEMA = """
CREATE TABLE words (word TEXT PRIMARY KEY, tag TEXT, sound TEXT, spelt TEXT, articles INT, tags TEXT) WITHOUT ROWID;
CREATE TABLE chars (char TEXT PRIMARY KEY, sound TEXT) WITHOUT ROWID;
CREATE TABLE terms (article TEXT, rank INT, term TEXT, PRIMARY KEY (article, rank)) WITHOUT ROWID;
CREATE INDEX by_sound ON words (sound);
CREATE INDEX by_spelling ON words (spelt) WHERE spelt IS NOT NULL
"""
_KEY_TERMS = 8  # of an article
_COMMON = range(0x4E00, 0x9FA6)
_VILLAGE = re.compile("(?<=[省市县区州镇乡])[一-鿿]{2,3}?(?:自治县|县|区|镇|乡|村)")
# Sounds that many speakers, and their input methods, do not tell apart.
_ALIKE = ((re.compile("^([zcs])h"), r"\1"), (re.compile("ng$"), "n"), (re.compile("^l"), "n"))
_ENGLISH = frozenset(  # jieba's stop words
    ("the", "of", "is", "and", "to", "in", "that", "we", "for", "an", "are", "by", "be", "as", "on", "with", "can")
    + ("if", "from", "which", "you", "it", "this", "then", "at", "have", "all", "not", "one", "has", "or")
)


class VocabularyWriter:
    """The word list in a generation that is being written."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._tagged: Counter[tuple[str, str]] = Counter()  # articles that have a word with a tag, more or less by
        self._articles: Counter[str] = Counter()  # articles that have a word, more or less by

    def add(self, article: Article) -> None:
        """An article enters."""
        self._count(article, 1)
        terms = enumerate(key_terms(f"{article.title}\n{article.text}"))
        self._db.executemany("INSERT INTO terms VALUES (?, ?, ?)", [(article.id, rank, term) for rank, term in terms])

    def remove(self, article: Article) -> None:
        """An article leaves, as it was when it entered."""
        self._count(article, -1)
        self._db.execute("DELETE FROM terms WHERE article = ?", (article.id,))

    def finish(self) -> None:
        """Write what has changed."""
        by_word: dict[str, Counter[str]] = {}
        for (word, tag), more in self._tagged.items():
            by_word.setdefault(word, Counter())[tag] = more
        changed = [word for word, more in self._articles.items() if more or any(by_word[word].values())]
        self._db.executemany("INSERT OR REPLACE INTO words VALUES (?, ?, ?, ?, ?, ?)", self._rows(changed, by_word))
        self._db.execute("DELETE FROM words WHERE articles <= 0")
        self._write_chars({char for word in changed for char in word})

    def _count(self, article: Article, more: int) -> None:
        found = {(word, tag) for word, tag in words(article) if 2 <= len(word) <= MOST and HAN.fullmatch(word)}
        for pair in found:
            self._tagged[pair] += more
        for word in {word for word, _ in found}:
            self._articles[word] += more

    def _rows(self, changed: Iterable[str], by_word: dict[str, Counter[str]]) -> Iterator[tuple[object, ...]]:
        for word in sorted(changed):
            row = self._db.execute("SELECT tag, articles, tags FROM words WHERE word = ?", (word,)).fetchone()
            tags, count = by_word[word].copy(), self._articles[word]
            if row is not None:
                tags.update(_parsed(row[0], row[1], row[2]))
                count += row[1]
            tags = +tags
            tag = min(tags, key=lambda one: (_by_flag(one), one), default="")
            said = _said(word)  # of the whole: a character may have several readings
            spelt = "".join(said) if tag in FLAGS else None
            alone = list(tags) == [tag] and tags[tag] == count
            stored = None if alone else " ".join(f"{name}:{tags[name]}" for name in sorted(tags))
            yield word, tag, " ".join(map(_sound, said)), spelt, count, stored

    def _write_chars(self, chars: set[str]) -> None:
        if self._db.execute("SELECT 1 FROM chars").fetchone() is None:
            chars |= set(map(chr, _COMMON))
        known = {char for (char,) in self._db.execute("SELECT char FROM chars")}
        rows = [(char, _sound(_said(char)[0])) for char in sorted(chars - known)]
        self._db.executemany("INSERT INTO chars VALUES (?, ?)", rows)


def words(article: Article) -> Iterator[tuple[str, str]]:
    """Words with jieba's tags; a name and the word for its kind that follows it also together: 顾官屯 + 镇."""
    import rjieba

    tagged: Sequence[tuple[str, str]] = rjieba.tag(normalise(f"{article.title}\n{article.text}"))
    yield from tagged
    uses = Counter(word for word, _ in tagged)
    joined = [(word, tag, kind) for (word, tag), (kind, _) in pairwise(tagged) if kind in SUFFIXES and len(word) > 1]
    named = Counter(word for word, _, _ in joined)
    for word, tag, kind in joined:
        # A noun that mostly stands without such a word is no name: 贫困村, 重点村.
        if tag in FLAGS or (tag[0] == "n" and 2 * named[word] >= uses[word]):
            yield word + kind, "ns"
    for name in article.place:
        yield normalise(name), "ns"
    # Where a name begins is known behind another: 韩集乡后姜村.
    for name in map(normalise, _VILLAGE.findall(article.text)):
        if not uses[SUFFIX.sub("", name)]:
            yield name, "ns"


def key_terms(text: str) -> list[str]:
    """What a text is about: jieba's TF-IDF over its own idf table of Chinese at large, without its slow start."""
    import rjieba

    idf, middle = _idf()
    found = Counter(word for word in rjieba.cut(text) if len(word.strip()) > 1 and word.lower() not in _ENGLISH)
    scores = {word: count * idf.get(word, middle) for word, count in found.items()}
    return sorted(scores, key=lambda word: -scores[word])[:_KEY_TERMS]


@lru_cache(maxsize=1)
def _idf() -> tuple[dict[str, float], float]:
    spec = importlib.util.find_spec("jieba")  # finding it does not import it
    assert spec is not None
    assert spec.origin is not None
    lines = (Path(spec.origin).parent / "analyse/idf.txt").read_text(encoding="utf-8").splitlines()
    table = {word: float(weight) for word, _, weight in (line.partition(" ") for line in lines)}
    return table, median(table.values())


def _parsed(tag: str, articles: int, tags: str | None) -> dict[str, int]:
    if tags is None:
        return {tag: articles}
    return {name: int(count) for name, _, count in (one.partition(":") for one in tags.split())}


@lru_cache(maxsize=100_000)
def _said(word: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(word))


def _sound(pinyin: str) -> str:
    for pattern, instead in _ALIKE:
        pinyin = pattern.sub(instead, pinyin)
    return pinyin


def _by_flag(tag: str) -> int:
    return FLAGS.index(tag) if tag in FLAGS else len(FLAGS)
