"""The field's phrase table: how people ask, and how news and briefings write it. It widens a search, nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from povqa.text.english import english_phrases, read_table

_TABLE = Path(__file__).with_name("thesaurus.txt")
_LONGEST = 6  # characters of an entry


@cache
def _entries() -> dict[str, tuple[str, ...]]:
    return read_table(_TABLE)


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
            if len(piece) == length and piece in entries:
                found += entries[piece]
                at += length - 1
                break
        at += 1
    found += [form for _, _, forms in english_phrases(normalised) for form in forms]
    return [form for form in dict.fromkeys(found) if form not in normalised]
