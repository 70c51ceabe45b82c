"""From token scores to short answers: the characters of a sentence that answer, fitted to the kind of the question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from povqa.reader.model import Reading
from povqa.text.dates import find_dates
from povqa.text.numerals import NumberMention, find_numbers
from povqa.types import Kind

Span = tuple[int, int]

_LONGEST = {Kind.NUMBER: 16, Kind.DATE: 20, Kind.PERSON: 14, Kind.PLACE: 24, Kind.ORGANISATION: 32}
_MOST = 64  # characters of any other short answer
_ABOUT = re.compile("(?:约为?|近|超过?|逾|不足|不到|至少|将近|接近|突破了?|不低于|不少于|最多|最少|达)$")
_AFTER = re.compile("(?:以上|以下|以内|左右|上下|之多|不等)$")
_WHEN = (  # one after the other behind a date: 今年3月中旬前
    re.compile("[春夏秋冬]天|上午|中午|下午|凌晨|清晨|早上|晚上?|夜里|[上中下]旬"),
    re.compile("之?前|以前|之?后|以后|起|开始"),
)
_TO = re.compile("至|到|-+|—+")
# A sum, so that a long answer is not cut to the piece that is marked most; chosen on validation articles.
_INSIDE = 0.25  # of a token's log odds of being inside, beside those of start and end
_CLIP = 3.0  # the most that those of a token count
_SAME_UNIT = 6.0  # log odds for a number in the unit that the question asks for
_BESIDE = 2.0  # log odds for each pair of characters that a number's neighbours share with the question
_NEAR = 5  # characters on either side
_PAUSE = re.compile("[,。;:、]")
_ALSO = -4.0  # mean log odds of being inside from which a further number is given; chosen on validation articles
_TRIM = " ,，、;；。.!！?？:："
_OF = re.compile("的(?![确士]).")
_PAIRS = (("《", "》"), ("“", "”"), ("(", ")"), ("（", "）"), ("「", "」"), ('"', '"'))


def best_numbers(reading: Reading, sentence: str, count: int, units: Sequence[str] = ()) -> list[Span]:
    """The numbers that the network marks most, in the order of the text: of 多少户多少人 two.

    The first of them in any case, others unless the network is sure that they are outside the answer.

    :param count: the most that there are.
    :param units: those that the question asks for. Where they are as many, the best number of each comes first.
    """
    mentions = sorted(_mentions(sentence, Kind.NUMBER), key=lambda span: -_score(reading, span))
    if len(set(units)) == count:
        numbers = find_numbers(sentence)
        fitting = [counted_in(unit, sentence, numbers) for unit in units]
        own = [max(spans, key=lambda span: _score(reading, span)) for spans in fitting if spans]
        mentions = list(dict.fromkeys([*own, *mentions]))
    chosen = [*mentions[:1], *(span for span in mentions[1:] if _mean_inside(reading, span) > _ALSO)]
    return [max(_wordings(sentence, span), key=lambda one: _edges(reading, one)) for span in sorted(chosen[:count])]


def best_span(reading: Reading, sentence: str, kind: Kind, unit: str = "", asked: str = "") -> Span | None:
    """The likeliest short answer: start + end + what its tokens say of being inside, within the length of the kind.

    A number or date is taken whole, with its unit; among several numbers one in the unit asked for comes first, and one
    beside the question's own words is likelier: of 那行政村呢 48个行政村, not 贫困村9个.

    :param sentence: the sentence, as it stands in its article.
    :param asked: what the question is about, without question words.
    :return: code-point offsets into it, or None if the sentence has no token.
    """
    count = len(reading.offsets)
    if not count:
        return None
    mentions = _mentions(sentence, kind)
    if mentions:
        same = set(counted_in(unit, sentence, find_numbers(sentence))) if unit else set()
        pairs = {asked[at : at + 2] for at in range(len(asked) - 1)}
        likeliest = max(
            mentions,
            key=lambda span: (
                _score(reading, span) + _SAME_UNIT * (span in same) + _BESIDE * _shared_beside(sentence, span, pairs)
            ),
        )
        exact = _datings if kind is Kind.DATE else _wordings
        return max(exact(sentence, likeliest), key=lambda span: _edges(reading, span))
    total = np.concatenate([[0.0], np.cumsum(_INSIDE * np.clip(reading.inside, -_CLIP, _CLIP))])
    begins, ends = np.array(reading.offsets).T
    lengths = ends[np.newaxis, :] - begins[:, np.newaxis]
    scores = (reading.start - total[:-1])[:, np.newaxis] + (reading.end + total[1:])[np.newaxis, :]  # (first, last)
    scores[(lengths <= 0) | (lengths > _LONGEST.get(kind, _MOST))] = -np.inf
    first, last = np.unravel_index(int(scores.argmax()), scores.shape)
    return tidy(sentence, (int(begins[first]), int(ends[last]))) if scores[first, last] > -np.inf else None


def _shared_beside(sentence: str, span: Span, pairs: set[str]) -> int:
    """How many pairs of characters, two at most, the words beside a number or date share with the question."""
    start, end = span
    before = _PAUSE.split(sentence[max(0, start - _NEAR) : start])[-1]
    beside = (before, _PAUSE.split(sentence[end : end + _NEAR])[0])
    return min(2, sum(text[at : at + 2] in pairs for text in beside for at in range(len(text) - 1)))


def _mentions(sentence: str, kind: Kind) -> list[Span]:
    """The spans that the kind admits: numbers, or dates and spans of time (2023年1月至2027年12月)."""
    if kind is Kind.DATE:
        found = [(m.start, m.end) for m in find_dates(sentence)]
        return [*found, *((a, d) for (a, b), (c, d) in pairwise(found) if _TO.fullmatch(sentence[b:c]))]
    return [(m.start, m.end) for m in find_numbers(sentence)] if kind is Kind.NUMBER else []


def counted_in(unit: str, sentence: str, numbers: Iterable[NumberMention]) -> list[Span]:
    """Those of a sentence's numbers that count in a unit: of 户 120户 and 120贫困户, of 元 also 五百块 and 2.5亿."""
    return [
        (m.start, m.end)
        for m in numbers
        if unit in m.unit or unit in _counted(sentence, m.end) or (unit == "元" and _is_money(sentence, m))
    ]


def _is_money(sentence: str, number: NumberMention) -> bool:
    """Whether a number is money though no 元 stands there: 五百块, 旅游收入近百万, not 5.7万贫困人口."""
    bare = not number.unit and sentence[number.end - 1] in "万亿" and not _counted(sentence, number.end)
    return bare or number.unit in ("块", "块钱")


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


def _mean_inside(reading: Reading, span: Span) -> float:
    own = _within(reading, *span)
    return float(reading.inside[own].mean()) if own else -1e9


def _wordings(sentence: str, span: Span) -> list[Span]:
    """A number as it is, and with what says how exact it is: 近3500个, 不到20万人; 105个 of 105个之多."""
    start, end = span
    starts, ends = [start], [end]
    if before := _ABOUT.search(sentence, max(0, start - 4), start):
        starts.append(before.start())
    if after := _AFTER.search(sentence, start, end):
        ends.append(after.start())
    return [(a, b) for a in starts for b in ends if a < b]


def _datings(sentence: str, span: Span) -> list[Span]:
    """A date as it is, and with what says when exactly: 今年3月中旬前, 2012年起."""
    found = [span]
    for words in _WHEN:
        if after := words.match(sentence, found[-1][1]):
            found.append((span[0], after.end()))
    return found


def _edges(reading: Reading, span: Span) -> float:
    """How much the network marks the two ends of a span."""
    own = _within(reading, *span)
    return float(reading.start[own[0]] + reading.end[own[-1]]) if own else -1e9


def _within(reading: Reading, start: int, end: int) -> list[int]:
    """The tokens that touch [start, end)."""
    return [i for i, (x, y) in enumerate(reading.offsets) if x < end and y > start]


def tidy(sentence: str, span: Span) -> Span:
    """Trim punctuation and a leading 的 off, and take in or leave out a bracket or quote that stands alone."""
    start, end = span
    if _OF.match(sentence, start, end):
        start += 1
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
