"""The words of the corpus: which places a question names, what a mistyped word was meant to be, what is written about.

Words are found, tagged and given their sounds while an index is built (vocabulary_writer.py); answering reads what was
found from SQLite.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from povqa.errors import BrokenIndexError
from povqa.index.database import sealed

VOCABULARY_VERSION = 3  # raised whenever the writer writes something else
MOST = 8  # characters of a word
SUFFIXES = ("自治州", "自治县", "街道", "社区", "省", "市", "县", "区", "州", "盟", "旗", "镇", "乡", "村", "屯")
SUFFIX = re.compile(f"(?:{'|'.join(SUFFIXES)})$")
HAN = re.compile(r"[一-鿿]+")
_TOWN = re.compile("[一-鿿]{2,4}[市县区镇乡村]")
_GENERIC = frozenset(
    ("中国", "我国", "全国", "全省", "全市", "全县", "全区", "全村", "全镇")
    + ("农村", "山区", "社区", "景区", "地区", "城区", "片区")
)
_PARTICLES = frozenset(
    "的地得了着过和与及或跟是在有把被对从到向由个吗呢吧啊之其都也就还又很这那哪几多少什么谁怎为给让用比不没"
)
_LOCATIVES = frozenset("里上下中内外前后边")
_AND = "和与跟同"
FLAGS = ("ns", "nr", "nt", "nz")  # jieba's tags: place, person, organisation, other name; a word has the first it gets
_VALUES = 900  # in one query: SQLite takes 999 at the least


def _shared(word: str, typed: str) -> int:
    """How many characters are right; 0 where that is less than half, or where a particle would have to be a typo."""
    wrong = {b for a, b in zip(word, typed, strict=True) if a != b}
    same = sum(a == b for a, b in zip(word, typed, strict=True))
    return same if 2 * same >= len(word) and not wrong & _PARTICLES else 0


def _edges(text: str, start: int, end: int) -> list[str]:
    """The bigrams across the two ends of text[start:end]."""
    return [text[at - 1 : at + 1] for at in (start, end) if 0 < at < len(text)]


def _neighbours(text: str, start: int, word: str) -> list[tuple[str, str]]:
    """The bigrams at the edges of a word that would stand at `start`, where it changes them: what they were and are.

    One with a particle or locative is left out: it stands in any corpus and is part of no word (镇里 in 许营镇里事会).
    """
    end = start + len(word)
    changed = f"{text[:start]}{word}{text[end:]}"
    edges = zip(_edges(text, start, end), _edges(changed, start, end), strict=True)
    loose = _PARTICLES | _LOCATIVES
    return [
        (old, new)
        for old, new in edges
        if old != new and loose.isdisjoint(old) and HAN.fullmatch(old) and HAN.fullmatch(new)
    ]


class Vocabulary:
    """The opened word list: immutable, safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """:raises BrokenIndexError: there is no such list; any method may, where it is damaged."""
        self._path = path
        with self._one_line():
            self._db = sealed(path)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise BrokenIndexError(
                f"The words in {self._path} cannot be read ({error}): run `povqa index --rebuild`.",
                f"无法读取 {self._path} 中的词语({error}):请运行 `povqa index --rebuild`。",
            ) from error

    def _select(self, columns: str, table: str, key: str, values: Iterable[str]) -> list[tuple[str, ...]]:
        wanted = sorted(set(values))
        rows: list[tuple[str, ...]] = []
        for at in range(0, len(wanted), _VALUES):
            some = wanted[at : at + _VALUES]
            marks = ",".join("?" * len(some))
            with self._one_line():
                rows += self._db.execute(f"SELECT {columns} FROM {table} WHERE {key} IN ({marks})", some)
        return rows

    def key_terms(self, article_id: str) -> tuple[str, ...]:
        """What an article is about, the most telling word first."""
        with self._one_line():
            rows = self._db.execute("SELECT term FROM terms WHERE article = ? ORDER BY rank", (article_id,))
            return tuple(term for (term,) in rows)

    def places_in(self, normalised: str) -> tuple[str, ...]:
        """The places of the corpus that a question names, in full or short (临沭), in order, none inside another."""
        pieces = {
            run[i : i + n]: 0
            for run in HAN.findall(normalised)
            for i in range(len(run))
            for n in range(2, min(MOST, len(run) - i) + 1)
        }
        full = {piece: [piece + suffix for suffix in SUFFIXES if not SUFFIX.search(piece)] for piece in pieces}
        wanted = (name for names in full.values() for name in names if len(name) <= MOST)
        known = {word for (word,) in self._select("word", "words", "tag = 'ns' AND word", wanted)}
        own = {word: tag for word, tag in self._select("word, tag", "words", "word", pieces)}
        # A word of another kind is not short for a name: 特色 for 特色村.
        found = [
            piece
            for piece in pieces
            if piece not in _GENERIC
            and own.get(piece, "ns") in FLAGS
            and (own.get(piece) == "ns" or not known.isdisjoint(full[piece]))
        ]
        taken = [False] * len(normalised)
        kept = []
        # Last what may begin with an "and": 聊城和平潭 names 平潭, whether or not there is a 和平.
        for name in sorted(found, key=lambda name: (-len(name), name[0] in _AND, normalised.find(name))):
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

    def strange_places(self, normalised: str) -> list[tuple[str, str]]:
        """Places of a question that are no words of the corpus, each with one that sounds alike: (聊成市, 聊城市).

        Where a large corpus has both 聊成 and 成市, `corrected` does not doubt them.
        """
        pieces = {
            piece
            for at in range(len(normalised))
            for n in range(3, 6)
            if _TOWN.fullmatch(piece := normalised[at : at + n])
        }
        beginnings = {piece[:n] for piece in pieces for n in range(2, len(piece) + 1)}
        known = {word for (word,) in self._select("word", "words", "tag = 'ns' AND word", beginnings)}
        strange = [piece for piece in pieces if not any(piece[:n] in known for n in range(2, len(piece) + 1))]
        sounds = {char: sound for char, sound in self._select("char, sound", "chars", "char", "".join(strange))}
        heard = {piece: " ".join(sounds.get(char, "?") for char in piece) for piece in strange}
        alike = self._select("sound, word", "words", "tag = 'ns' AND sound", heard.values())
        return [
            (piece, word)
            for piece in sorted(strange, key=normalised.find)
            for sound, word in alike
            if sound == heard[piece] and word[-1] == piece[-1] and _shared(word, piece)
        ]

    def corrected(self, normalised: str, unseen: Sequence[int], stands: Callable[[str], bool]) -> str:
        """The question with mistyped words put right: 顾管屯镇 becomes 顾官屯镇.

        :param unseen: where the bigrams begin that stand nowhere in the corpus; a word is only doubted around them.
        :param stands: whether a bigram stands in the corpus. A word that parts one which does was not meant: 四连霸 in
            四连八建, where the corpus has 八建.
        """
        if not unseen:
            return normalised
        sounds = {char: sound for char, sound in self._select("char, sound", "chars", "char", normalised)}
        doubted: dict[tuple[int, int], str] = {}
        for at in unseen:
            for n in range(2, 6):
                for start in range(max(0, at - n + 2), at + 1):
                    piece = normalised[start : start + n]
                    if len(piece) == n and HAN.fullmatch(piece) and all(char in sounds for char in piece):
                        doubted[start, start + n] = " ".join(sounds[char] for char in piece)
        meant: dict[str, list[tuple[str, str, int]]] = {}
        for sound, word, tag, count in self._select("sound, word, tag, articles", "words", "sound", doubted.values()):
            meant.setdefault(sound, []).append((word, tag, int(count)))
        options = [
            (tag in FLAGS, end - start, same, count, start, word)
            for (start, end), sound in doubted.items()
            for word, tag, count in meant.get(sound, ())
            if (tag in FLAGS or len(word) > 2) and (same := _shared(word, normalised[start:end]))
        ]
        pairs = {
            pair
            for _, length, _, _, start, _ in options
            if length == 2
            for pair in _edges(normalised, start, start + length)
        }
        words = {word for (word,) in self._select("word", "words", "word", pairs)}
        left = set(unseen)
        for _, length, _, _, start, word in sorted(options, reverse=True):
            # A name of two characters is no part of words beside it: 养紫菜 is not 杨紫菜.
            if length == 2 and words.intersection(_edges(normalised, start, start + length)):
                continue
            # A word put right settles the bigrams that it touches, and what was doubted for their sake only.
            meets = _neighbours(normalised, start, word)
            if left.intersection(range(start, start + length - 1)) and all(
                stands(new) or not stands(old) for old, new in meets
            ):
                left -= set(range(start - 1, start + length))
                normalised = normalised[:start] + word + normalised[start + length :]
        return normalised
