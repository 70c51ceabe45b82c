"""The field's phrase table: how people ask, and how news and briefings write it. It widens a search, nothing else."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("thesaurus.txt")
_LONGEST = 6  # characters of a Chinese entry
_WORD = re.compile(r"[a-z][a-z-]*")


@cache
def _entries() -> dict[str, tuple[str, ...]]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    found: dict[str, tuple[str, ...]] = {}
    for asked, written in pairs:
        found[asked] = (*found.get(asked, ()), *written.split())
    return found


def written_forms(normalised: str) -> list[str]:
    """What articles would write for the phrases of a question, without what it says itself; the longest phrase wins.

    :param normalised: a question that `normalise` has been over.
    """
    entries = _entries()
    found: list[str] = []
    at = 0
    while at < len(normalised):
        for length in range(_LONGEST, 0, -1):
            piece = normalised[at : at + length]
            if len(piece) == length and piece in entries and not piece.isascii():
                found += entries[piece]
                at += length - 1
                break
        at += 1
    words = _WORD.findall(normalised)
    at = 0
    while at < len(words):
        for length in (3, 2, 1):
            phrase = " ".join(words[at : at + length])
            if len(words) >= at + length and phrase in entries:
                found += entries[phrase]
                at += length - 1
                break
        at += 1
    return [form for form in dict.fromkeys(found) if form not in normalised]
