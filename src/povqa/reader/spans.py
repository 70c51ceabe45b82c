"""From token scores to short answers: the characters of a sentence that answer, fitted to the kind of the question."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from povqa.reader.model import Reading
from povqa.text.dates import find_dates
from povqa.text.numerals import find_numbers
from povqa.types import Kind

Span = tuple[int, int]

_LONGEST = {Kind.NUMBER: 16, Kind.DATE: 20, Kind.PERSON: 14, Kind.PLACE: 24, Kind.ORGANISATION: 32}
_MOST = 64  # characters of any other short answer
_ITEM_ODDS = 0.0  # log odds above which a token belongs to an item of a list
_SEPARATOR = re.compile(r"[、,，;；/]|(?<=[一-鿿\"”》])(?:和|与|及|以及)(?=[一-鿿\"“《])")
_CLAUSE = re.compile(r"[,，;；。!！?？:：]")
_MEMBER = re.compile("、")
_LAST = re.compile(r"(?<=[一-鿿\"”》0-9])(?:以及|和|与|及)(?=[一-鿿\"“《0-9])")
_AND_SO_ON = re.compile("等(?!于|级|候|待)")
_ENUMERATION = 0.9  # of 2: half of what is marked lies in the enumeration, and 0.4 of the enumeration is marked, or alike
_TRIM = " ,，、;；。.!！?？:："
_PAIRS = (("《", "》"), ("“", "”"), ("(", ")"), ("（", "）"), ("「", "」"), ('"', '"'))


def best_span(reading: Reading, sentence: str, kind: Kind, unit: str = "") -> Span | None:
    """The likeliest short answer: start + end + mean inside score, within the length that the kind allows.

    A number or date is taken whole, with its unit; among several numbers one in the unit asked for comes first.

    :param sentence: the sentence, as it stands in its article.
    :return: code-point offsets into it, or None if the sentence has no token.
    """
    count = len(reading.offsets)
    if not count:
        return None
    mentions = _mentions(sentence, kind, unit)
    if mentions:
        return max(mentions, key=lambda span: _score(reading, span))
    most = _LONGEST.get(kind, _MOST)
    total = np.concatenate([[0.0], np.cumsum(reading.inside)])
    best: tuple[float, int, int] | None = None
    for first in range(count):
        for last in range(first, count):
            if reading.offsets[last][1] - reading.offsets[first][0] > most:
                break
            inside = (total[last + 1] - total[first]) / (last - first + 1)
            score = float(reading.start[first] + reading.end[last] + inside)
            if best is None or score > best[0]:
                best = (score, first, last)
    if best is None:
        return None
    return tidy(sentence, (reading.offsets[best[1]][0], reading.offsets[best[2]][1]))


def _mentions(sentence: str, kind: Kind, unit: str) -> list[Span]:
    """The spans that the kind admits: numbers (in the unit asked for, where there are some), or dates."""
    if kind is Kind.DATE:
        return [(m.start, m.end) for m in find_dates(sentence)]
    if kind is not Kind.NUMBER:
        return []
    numbers = find_numbers(sentence)
    same = [m for m in numbers if unit and (unit in m.unit or unit in _counted(sentence, m.end))]
    return [(m.start, m.end) for m in same or numbers]


def _counted(sentence: str, end: int) -> str:
    """What a number counts where its unit is not next to it: 5.7万贫困人口 counts 人."""
    found = re.match("[一-鿿]{0,6}?(?=人|户|村|元|亩|家|个)[一-鿿]", sentence[end:])
    return found.group() if found else ""


def _score(reading: Reading, span: Span) -> float:
    """How much the network marks a span: the best start in it, the best end in it, what is inside."""
    own = [i for i, (a, b) in enumerate(reading.offsets) if a < span[1] and b > span[0]]
    if not own:
        return -1e9
    return float(reading.start[own].max() + reading.end[own].max() + reading.inside[own].mean())


def items(reading: Reading, sentence: str) -> list[Span]:
    """The items of a list, in the order of the text.

    Where most of what is marked lies in one enumeration (甲、乙和丙), all its members are the items, the first cut to where
    an answer starts and the last to where one ends; else each run of marked tokens is one.
    """
    marked = 1 / (1 + np.exp(-reading.inside))
    if not len(marked):
        return []
    best: tuple[float, list[Span]] | None = None
    for members in enumerations(sentence):
        inside = [i for i, (x, y) in enumerate(reading.offsets) if x < members[-1][1] and y > members[0][0]]
        if not inside:
            continue
        mass = float(marked[inside].sum())
        # An enumeration is a better answer the more of what is marked it holds, and the more of it is marked.
        score = mass / max(float(marked.sum()), 1.0) + mass / len(inside)
        if best is None or score > best[0]:
            best = (score, members)
    if best and best[0] >= _ENUMERATION:
        return _trimmed(reading, sentence, best[1])
    return _runs(reading, sentence)


def enumerations(sentence: str) -> list[list[Span]]:
    """The members of each enumeration: pieces between 、 and a last 和, within one clause; or several clauses in a row."""
    found: list[list[Span]] = []
    clauses = _pieces(sentence, 0, len(sentence), _CLAUSE)
    for start, end in clauses:
        members = _pieces(sentence, start, end, _MEMBER)
        if len(members) > 1:
            members[-1:] = _pieces(sentence, *members[-1], _LAST)
        elif len(pair := _pieces(sentence, start, end, _LAST)) == 2:
            members = pair
        if len(members) > 1:
            found.append(members)
    return found


def _pieces(sentence: str, start: int, end: int, cut: re.Pattern[str]) -> list[Span]:
    """[start, end) cut at what `cut` matches outside brackets and quotes."""
    pieces: list[Span] = []
    at = start
    for match in cut.finditer(sentence, start, end):
        before = sentence[at : match.start()]
        if not any(before.count(a) > before.count(b) if a != b else before.count(a) % 2 for a, b in _PAIRS):
            pieces.append((at, match.start()))
            at = match.end()
    pieces.append((at, end))
    return [(x, y) for x, y in pieces if y > x]


def _trimmed(reading: Reading, sentence: str, members: list[Span]) -> list[Span]:
    first, last = members[0], members[-1]
    own = [i for i, (x, y) in enumerate(reading.offsets) if x >= first[0] and y <= first[1]]
    if own:
        first = (reading.offsets[max(own, key=lambda i: reading.start[i])][0], first[1])
    own = [i for i, (x, y) in enumerate(reading.offsets) if x >= last[0] and y <= last[1]]
    if own:
        last = (last[0], reading.offsets[max(own, key=lambda i: reading.end[i])][1])
    spans = [first, *members[1:-1], last]
    cut = [(x, x + found.start() if (found := _AND_SO_ON.search(sentence[x:y])) else y) for x, y in spans]
    return [span for x, y in cut if y > x and (span := tidy(sentence, (x, y)))[1] > span[0]]


def _runs(reading: Reading, sentence: str) -> list[Span]:
    """Runs of marked tokens, cut at 、 and the like."""
    marked: list[Span] = []
    for (start, end), odds in zip(reading.offsets, reading.inside, strict=True):
        if odds <= _ITEM_ODDS:
            continue
        if marked and start <= marked[-1][1]:
            marked[-1] = (marked[-1][0], end)
        else:
            marked.append((start, end))
    found = []
    for start, end in marked:
        at = start
        for cut in [*_separators(sentence, start, end), (end, end)]:
            span = tidy(sentence, (at, cut[0]))
            if span[1] - span[0] >= 1 and re.search(r"\w", sentence[span[0] : span[1]]):
                found.append(span)
            at = cut[1]
    return [span for span in found if span[1] - span[0] > 1 or sentence[span[0] : span[1]].isdigit()]


def _separators(sentence: str, start: int, end: int) -> list[Span]:
    """Where a run is cut: not inside brackets or quotes, nor within a number."""
    cuts = []
    for match in _SEPARATOR.finditer(sentence, start, end):
        before = sentence[start : match.start()]
        if any(before.count(a) > before.count(b) if a != b else before.count(a) % 2 for a, b in _PAIRS):
            continue
        if match.group() in ",，" and sentence[match.end() : match.end() + 3].isdigit() and before[-1:].isdigit():
            continue
        cuts.append((match.start(), match.end()))
    return cuts


def tidy(sentence: str, span: Span) -> Span:
    """Trim punctuation off both ends, and take in or leave out a bracket or quote that stands alone."""
    start, end = span
    while start < end and sentence[start] in _TRIM:
        start += 1
    while end > start and sentence[end - 1] in _TRIM:
        end -= 1
    for opening, closing in _PAIRS:
        piece = sentence[start:end]
        if opening == closing:
            if piece.count(opening) == 1:
                if piece.startswith(opening):
                    start, end = (start, end + 1) if sentence[end : end + 1] == closing else (start + 1, end)
                elif piece.endswith(closing):
                    start, end = (start - 1, end) if sentence[start - 1 : start] == opening else (start, end - 1)
            continue
        if piece.count(opening) > piece.count(closing):
            if sentence[end : end + 1] == closing:
                end += 1
            elif piece.startswith(opening):
                start += 1
        elif piece.count(closing) > piece.count(opening):
            if start and sentence[start - 1] == opening:
                start -= 1
            elif piece.endswith(closing):
                end -= 1
    return start, end


def merge(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Distinct spans in the order of the text; one inside another goes."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s[0], -s[1])):
        if not kept or span[1] > kept[-1][1]:
            kept.append(span)
    return tuple(kept)
