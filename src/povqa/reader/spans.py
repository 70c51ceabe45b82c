"""From token scores to short answers: the characters of a sentence that answer, fitted to the kind of the question."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from povqa.reader.model import Reading
from povqa.text.dates import find_dates
from povqa.text.numerals import find_numbers
from povqa.types import Kind

Span = tuple[int, int]

_LONGEST = {Kind.NUMBER: 16, Kind.DATE: 20, Kind.PERSON: 14, Kind.PLACE: 24, Kind.ORGANISATION: 32}
_MOST = 64  # characters of any other short answer
_ITEM_ODDS = 0.0  # log odds above which a token belongs to an item of a list
_SEPARATOR = re.compile(r"[、,，;；/]|(?<=[一-鿿\"”》])(?:和|与|及|以及)(?=[一-鿿\"“《])")
_CLAUSE = re.compile(r"[,，](?!(?<=\d[,，])\d{3}(?!\d))|[;；。!！?？:：]")  # 10,000 is one number
_MEMBER = re.compile("、")
_LAST = re.compile(r"(?<=[一-鿿\"”》0-9])(?:以及|和|与|及)(?=[一-鿿\"“《0-9])")
_AND_SO_ON = re.compile("等(?!于|级|候|待)")
_MAJORITY = 0.5
_UNUSUAL = 0.3  # log odds a character
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
    same = numbers_in(sentence, unit) if unit else []
    return same or [(m.start, m.end) for m in find_numbers(sentence)]


def numbers_in(sentence: str, unit: str) -> list[Span]:
    """The numbers of a sentence that count in a unit: 120户, and of 户 also 120贫困户."""
    return [(m.start, m.end) for m in find_numbers(sentence) if unit in m.unit or unit in _counted(sentence, m.end)]


def _counted(sentence: str, end: int) -> str:
    """What a number counts where its unit is not next to it: 5.7万贫困人口 counts 人."""
    found = re.match("[一-鿿]{0,6}?(?=人|户|村|元|亩|家|个)[一-鿿]", sentence[end:])
    return found.group() if found else ""


def _score(reading: Reading, span: Span) -> float:
    """How much the network marks a span: the best start in it, the best end in it, what is inside."""
    own = _within(reading, *span)
    if not own:
        return -1e9
    return float(reading.start[own].max() + reading.end[own].max() + reading.inside[own].mean())


def items(reading: Reading, sentence: str, count: int = 0) -> list[Span]:
    """The items of a list, in the order of the text.

    Where most of what is marked lies in one enumeration (甲、乙和丙), all its members are the items, the first cut
    to where an answer starts and the last to where one ends; where several clauses are marked for the most part,
    they are; else each run of marked tokens is one.

    :param count: how many the question expects (四类: 4), 0 if it does not say; members joined by 和 are taken apart
        only to reach it.
    """
    marked = 1 / (1 + np.exp(-reading.inside))
    total = float(marked.sum())
    best: tuple[float, list[Span]] | None = None
    for members in enumerations(sentence):
        mass = float(marked[_within(reading, members[0][0], members[-1][1])].sum())
        if best is None or mass > best[0]:
            best = (mass, members)
    if best and best[0] >= _MAJORITY * total:
        members = best[1]
        if len(members) < count:
            members = [part for member in members for part in _pieces(sentence, *member, _LAST)]
        return _trimmed(reading, sentence, members)
    clauses = [
        clause
        for clause in _pieces(sentence, 0, len(sentence), _CLAUSE)
        if (own := _within(reading, *clause)) and float(marked[own].mean()) >= _MAJORITY
    ]
    if len(clauses) > 1:
        return _trimmed(reading, sentence, clauses)
    return _runs(reading, sentence)


def _within(reading: Reading, start: int, end: int) -> list[int]:
    """The tokens that touch [start, end)."""
    return [i for i, (x, y) in enumerate(reading.offsets) if x < end and y > start]


def enumerations(sentence: str) -> list[list[Span]]:
    """The members of each enumeration: the pieces between 、 and a last 和, within one clause."""
    found: list[list[Span]] = []
    clauses = _pieces(sentence, 0, len(sentence), _CLAUSE)
    for start, end in clauses:
        members = _pieces(sentence, start, end, _MEMBER)
        if len(members) > 1:
            last, stop = members[-1]
            if more := _AND_SO_ON.search(sentence, last, stop):
                members[-1] = (last, more.start())
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
    """The members without what leads up to the first and what follows the last."""
    (first, first_end), (last, last_end) = members[0], members[-1]
    lengths = sorted(y - x for x, y in members[1:-1])
    usual = lengths[len(lengths) // 2] if lengths else 0  # members of one list are of about one length

    def unusual(sizes: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.abs(sizes - usual) * _UNUSUAL if usual else np.zeros(len(sizes))

    if own := [i for i, (x, y) in enumerate(reading.offsets) if x >= first and y <= first_end]:
        sizes = np.array([first_end - reading.offsets[i][0] for i in own])
        gain = reading.start[own] + reading.inside[own] - unusual(sizes)
        first = reading.offsets[own[int(gain.argmax())]][0]
    if own := [i for i, (x, y) in enumerate(reading.offsets) if x >= last and y <= last_end]:
        sizes = np.array([reading.offsets[i][1] - last for i in own])
        gain = reading.end[own] + reading.inside[own] - unusual(sizes)
        last_end = reading.offsets[own[int(gain.argmax())]][1]
    spans = [(first, first_end), *members[1:-1], (last, last_end)] if len(members) > 1 else [(first, last_end)]
    return [span for x, y in spans if y > x and (span := tidy(sentence, (x, y)))[1] > span[0]]


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
    for pair in _PAIRS:
        start, end = _closed(sentence, start, end, *pair)
    return start, end


def _closed(sentence: str, start: int, end: int, opening: str, closing: str) -> Span:
    """The span with the other half of a bracket or quote where it comes next, else without the half at its edge."""
    piece = sentence[start:end]
    if opening == closing:
        left_open = piece.count(opening) == 1 and piece.startswith(opening)
        right_open = piece.count(opening) == 1 and piece.endswith(closing) and not left_open
    else:
        left_open = piece.count(opening) > piece.count(closing)
        right_open = piece.count(closing) > piece.count(opening)
    if left_open:
        if sentence[end : end + 1] == closing:
            return start, end + 1
        return (start + 1, end) if piece.startswith(opening) else (start, end)
    if right_open:
        if start and sentence[start - 1] == opening:
            return start - 1, end
        return (start, end - 1) if piece.endswith(closing) else (start, end)
    return start, end


def merge(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Distinct spans in the order of the text; one inside another goes."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s[0], -s[1])):
        if not kept or span[1] > kept[-1][1]:
            kept.append(span)
    return tuple(kept)
