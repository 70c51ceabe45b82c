"""The words of the corpus: which places a question names, what a mistyped word was meant to be, what is written about.

jieba's dictionary tags words (through its Rust twin), its idf table picks key terms and pypinyin gives sounds, all
while an index is built; answering reads what they found from SQLite and imports none of them.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from povqa.text.normalise import normalise
from povqa.types import Article

VOCABULARY_VERSION = 2  # raised whenever `Vocabulary.build` writes something else
_MOST = 8  # characters of a word
_KEY_TERMS = 8  # of an article
_SUFFIXES = ("自治州", "自治县", "街道", "社区", "省", "市", "县", "区", "州", "盟", "旗", "镇", "乡", "村", "屯")
_SUFFIX = re.compile(f"(?:{'|'.join(_SUFFIXES)})$")
_HAN = re.compile(r"[一-鿿]+")
# Sounds that many speakers, and their input methods, do not tell apart.
_ALIKE = ((re.compile("^([zcs])h"), r"\1"), (re.compile("ng$"), "n"), (re.compile("^l"), "n"))
_GENERIC = frozenset(
    ("中国", "我国", "全国", "全省", "全市", "全县", "全区", "全村", "全镇")
    + ("农村", "山区", "社区", "景区", "地区", "城区", "片区")
)
_PARTICLES = frozenset(
    "的地得了着过和与及或跟是在有把被对从到向由个吗呢吧啊之其都也就还又很这那哪几多少什么谁怎为给让用比不没"
)
_VILLAGE = re.compile("(?<=[省市县区州镇乡])[一-鿿]{2,3}?(?:自治县|县|区|镇|乡|村)")
_FLAGS = ("ns", "nr", "nt", "nz")  # jieba's tags: place, person, organisation, other name; a word has the first it gets
_VALUES = 900  # in one query: SQLite takes 999 at the least


def _shared(word: str, typed: str) -> int:
    """How many characters are right; 0 where that is less than half, or where a particle would have to be a typo."""
    wrong = {b for a, b in zip(word, typed, strict=True) if a != b}
    same = sum(a == b for a, b in zip(word, typed, strict=True))
    return same if 2 * same >= len(word) and not wrong & _PARTICLES else 0


def _sound(pinyin: str) -> str:
    for pattern, instead in _ALIKE:
        pinyin = pattern.sub(instead, pinyin)
    return pinyin


def _by_flag(tag: str) -> int:
    return _FLAGS.index(tag) if tag in _FLAGS else len(_FLAGS)


def _words(article: Article) -> Iterator[tuple[str, str]]:
    """Words with jieba's tags; a name and the word for its kind that follows it also together: 顾官屯 + 镇."""
    import rjieba

    tagged: Sequence[tuple[str, str]] = rjieba.tag(normalise(f"{article.title}\n{article.text}"))
    yield from tagged
    uses = Counter(word for word, _ in tagged)
    joined = [(word, tag, kind) for (word, tag), (kind, _) in pairwise(tagged) if kind in _SUFFIXES and len(word) > 1]
    named = Counter(word for word, _, _ in joined)
    for word, tag, kind in joined:
        # A noun that mostly stands without such a word is no name: 贫困村, 重点村.
        if tag in _FLAGS or (tag[0] == "n" and 2 * named[word] >= uses[word]):
            yield word + kind, "ns"
    for name in article.place:
        yield normalise(name), "ns"
    # Where a name begins is known behind another: 韩集乡后姜村.
    for name in map(normalise, _VILLAGE.findall(article.text)):
        if not uses[_SUFFIX.sub("", name)]:
            yield name, "ns"


def _key_terms(article: Article) -> list[str]:
    """What the article is about, by jieba's TF-IDF over its own idf table of Chinese at large."""
    import logging
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba leaves its table's file to the garbage collector
        import jieba  # type: ignore[import-untyped]
        import jieba.analyse  # type: ignore[import-untyped]

        jieba.setLogLevel(logging.WARNING)
        found: list[str] = jieba.analyse.extract_tags(f"{article.title}\n{article.text}", topK=_KEY_TERMS)
    return found


class Vocabulary:
    """The opened word list: immutable, safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)

    @classmethod
    def build(cls, articles: Iterable[Article], path: Path) -> None:
        """Write the word list of the articles."""
        from pypinyin import lazy_pinyin

        counts: Counter[str] = Counter()
        tags: dict[str, str] = {}
        terms: list[tuple[str, int, str]] = []
        for article in articles:
            terms += [(article.id, rank, term) for rank, term in enumerate(_key_terms(article))]
            found = {(word, tag) for word, tag in _words(article) if 2 <= len(word) <= _MOST and _HAN.fullmatch(word)}
            counts.update({word for word, _ in found})
            for word, tag in sorted(found):
                tags[word] = min(tags.get(word, tag), tag, key=_by_flag)
        chars = sorted({char for word in counts for char in word})
        sounds = {char: _sound(lazy_pinyin(char)[0]) for char in chars}
        rows = []
        for word, count in sorted(counts.items()):
            said = lazy_pinyin(word)  # of the whole: a character may have several readings
            spelt = "".join(said) if tags[word] in _FLAGS else None
            rows.append((word, tags[word], " ".join(map(_sound, said)), spelt, count))
        common = {char: _sound(lazy_pinyin(char)[0]) for char in map(chr, range(0x4E00, 0x9FA6))}
        db = sqlite3.connect(path)
        try:
            db.executescript(
                "CREATE TABLE words (word TEXT PRIMARY KEY, tag TEXT, sound TEXT, spelt TEXT, articles INT)"
                " WITHOUT ROWID;"
                "CREATE TABLE chars (char TEXT PRIMARY KEY, sound TEXT) WITHOUT ROWID;"
                "CREATE TABLE terms (article TEXT, rank INT, term TEXT, PRIMARY KEY (article, rank)) WITHOUT ROWID;"
            )
            db.executemany("INSERT INTO words VALUES (?, ?, ?, ?, ?)", rows)
            db.executemany("INSERT INTO chars VALUES (?, ?)", (common | sounds).items())
            db.executemany("INSERT INTO terms VALUES (?, ?, ?)", terms)
            db.execute("CREATE INDEX by_sound ON words (sound)")
            db.execute("CREATE INDEX by_spelling ON words (spelt) WHERE spelt IS NOT NULL")
            db.commit()
        finally:
            db.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _select(self, columns: str, table: str, key: str, values: Iterable[str]) -> list[tuple[str, ...]]:
        wanted = sorted(set(values))
        rows: list[tuple[str, ...]] = []
        for at in range(0, len(wanted), _VALUES):
            some = wanted[at : at + _VALUES]
            marks = ",".join("?" * len(some))
            rows += self._db.execute(f"SELECT {columns} FROM {table} WHERE {key} IN ({marks})", some)
        return rows

    def key_terms(self, article_id: str) -> tuple[str, ...]:
        """What an article is about, the most telling word first."""
        rows = self._db.execute("SELECT term FROM terms WHERE article = ? ORDER BY rank", (article_id,))
        return tuple(term for (term,) in rows)

    def places_in(self, normalised: str) -> tuple[str, ...]:
        """The places of the corpus that a question names, in full or short (临沭), in order, none inside another."""
        pieces = {
            run[i : i + n]: 0
            for run in _HAN.findall(normalised)
            for i in range(len(run))
            for n in range(2, min(_MOST, len(run) - i) + 1)
        }
        full = {piece: [piece + suffix for suffix in _SUFFIXES if not _SUFFIX.search(piece)] for piece in pieces}
        wanted = (name for names in full.values() for name in names if len(name) <= _MOST)
        known = {word for (word,) in self._select("word", "words", "tag = 'ns' AND word", wanted)}
        own = {word: tag for word, tag in self._select("word, tag", "words", "word", pieces)}
        # A word of another kind is not short for a name: 特色 for 特色村.
        found = [
            piece
            for piece in pieces
            if piece not in _GENERIC
            and own.get(piece, "ns") in _FLAGS
            and (own.get(piece) == "ns" or not known.isdisjoint(full[piece]))
        ]
        taken = [False] * len(normalised)
        kept = []
        for name in sorted(found, key=lambda name: (-len(name), normalised.find(name))):
            at = normalised.find(name)
            if not any(taken[at : at + len(name)]):
                taken[at : at + len(name)] = [True] * len(name)
                kept.append(name)
        return tuple(sorted(kept, key=normalised.find))

    def unspelt(self, normalised: str) -> str:
        """The question with names of the corpus that it writes in pinyin as they are: linshu county, 临沭 county."""
        words = re.findall(r"[a-z]+(?:'[a-z]+)*", normalised)
        spellings = {word.replace("'", ""): word for word in words if len(word) > 3}
        spellings |= {a + b: f"{a} {b}" for a, b in zip(words, words[1:], strict=False)}
        found = self._select("spelt, word, articles", "words", "spelt IS NOT NULL AND spelt", spellings)
        for spelt, word, _ in sorted(found, key=lambda row: (len(row[0]), int(row[2])), reverse=True):
            normalised = re.sub(rf"(?<![a-z]){re.escape(spellings[spelt])}(?![a-z])", word, normalised)
        return normalised

    def corrected(self, normalised: str, unseen: Sequence[int]) -> str:
        """The question with mistyped words put right: 顾管屯镇 becomes 顾官屯镇.

        :param unseen: where the bigrams begin that stand nowhere in the corpus; a word is only doubted around them.
        """
        if not unseen:
            return normalised
        sounds = {char: sound for char, sound in self._select("char, sound", "chars", "char", normalised)}
        doubted: dict[tuple[int, int], str] = {}
        for at in unseen:
            for n in range(2, 6):
                for start in range(max(0, at - n + 2), at + 1):
                    piece = normalised[start : start + n]
                    if len(piece) == n and _HAN.fullmatch(piece) and all(char in sounds for char in piece):
                        doubted[start, start + n] = " ".join(sounds[char] for char in piece)
        meant: dict[str, list[tuple[str, str, int]]] = {}
        for sound, word, tag, count in self._select("sound, word, tag, articles", "words", "sound", doubted.values()):
            meant.setdefault(sound, []).append((word, tag, int(count)))
        options = [
            (tag in _FLAGS, end - start, same, count, start, word)
            for (start, end), sound in doubted.items()
            for word, tag, count in meant.get(sound, ())
            if (tag in _FLAGS or len(word) > 2) and (same := _shared(word, normalised[start:end]))
        ]
        left = set(unseen)
        for _, length, _, _, start, word in sorted(options, reverse=True):
            # A word put right settles the bigrams that it touches, and what was doubted for their sake only.
            if left.intersection(range(start, start + length - 1)):
                left -= set(range(start - 1, start + length))
                normalised = normalised[:start] + word + normalised[start + length :]
        return normalised
