"""English questions over Chinese texts: the words of the field, and what news and briefings write for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("english.txt")
_MOST = 3  # words of a phrase
_WORD = re.compile(r"[a-z][a-z-]*")
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))
_STEM = 3  # characters that an ending leaves at the least


def read_table(path: Path) -> dict[str, tuple[str, ...]]:
    """A phrase table: what is asked to what is written; an entry that stands twice has the forms of both."""
    found: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            asked, written = line.split("\t")
            found[asked] = (*found.get(asked, ()), *written.split())
    return found


@cache
def _entries() -> dict[str, tuple[str, ...]]:
    return read_table(_TABLE)


def _bases(phrase: str) -> Iterator[str]:
    """A phrase as it is, then with its last word in what may be its base form: households, planned, supplies."""
    yield phrase
    for ending, instead in _ENDINGS:
        if phrase.endswith(ending) and len(phrase.rpartition(" ")[2]) >= len(ending) + _STEM:
            base = phrase[: -len(ending)]
            yield base + instead
            if not instead and base[-1] == base[-2]:
                yield base[:-1]


def is_english(normalised: str) -> bool:
    """Whether a text is English but for names: more Latin letters than other ones, in three words or more."""
    words = _WORD.findall(normalised)
    return len(words) > 2 and 2 * sum(map(len, words)) > sum(map(str.isalpha, normalised))


def english_phrases(normalised: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """[start, end) of each English phrase that the table has, the longest first, and its Chinese forms.

    :param normalised: text that `normalise` has been over.
    """
    words = list(_WORD.finditer(normalised))
    at = 0
    while at < len(words):
        for length in range(min(_MOST, len(words) - at), 0, -1):
            phrase = " ".join(word.group() for word in words[at : at + length])
            if forms := next((_entries()[base] for base in _bases(phrase) if base in _entries()), ()):
                yield words[at].start(), words[at + length - 1].end(), forms
                at += length - 1
                break
        at += 1


def in_chinese(normalised: str) -> str:
    """A question with its English phrases in the words of Chinese news; what the table has not stays as it is."""
    pieces, at = [], 0
    for start, end, forms in english_phrases(normalised):
        pieces += [normalised[at:start], forms[0]]
        at = end
    return "".join((*pieces, normalised[at:]))
