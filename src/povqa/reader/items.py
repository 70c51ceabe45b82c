"""The items of a list: which runs of a sentence's tokens, by the network's tags and by where Chinese separates items.

A run scores its tokens' log odds of being inside an answer, those of its first token to begin an item and of its last
to end one, and more where it begins and ends at a separator, a bracket or the end of a clause; the best set of runs
that do not overlap is found by dynamic programming (semi-Markov decoding; Sarawagi and Cohen, 2004).
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from povqa.reader.model import Reading
from povqa.reader.spans import Span, tidy

_Scores = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

_SEPARATOR = re.compile("[、,，;；。!！?？:：]|以及|和|与|及|等")
_TOUCHING = re.compile("(?<=[》”])(?=[《“])")
_AND = re.compile("(?<=..)(?:以及|[和与及+])(?=..)")
_BRACKET = re.compile('["“”《》()（）「」]')
# Chosen on validation articles (training/README.md).
_SNAP = 1.5  # log odds for beginning, and for ending, where items are separated; as much against elsewhere
_CROSSED = 3.0  # log odds against a 、 inside an item
_PRIOR = 1.0  # log odds for an item, where a list is asked for
_UNASKED = -3.0  # the same where the question may be one for a list or not
_OTHERS = (5.0, 1.0, 7.0, -1.0)  # tried in turn where the question says how many items there are
_NAME = "(?!记者|通讯员|作者|编辑|摄影)[一-鿿]{2,4}"
_NAMES = re.compile(rf"{_NAME}(?:\s+{_NAME})+")
_COUNTS = {2: "两二", 3: "三", 4: "四", 5: "五", 6: "六", 7: "七", 8: "八", 9: "九"}
_CLIP = 6.0
_LONGEST = 40  # tokens of an item


def items(reading: Reading, sentence: str, count: int = 0) -> list[Span]:
    """The items of a list, in the order of the text.

    :param count: how many the question expects (四类: 4), 0 if it does not say.
    """
    scores = _scores(reading, sentence)
    found = _decode(reading, sentence, scores, _PRIOR)
    if count and found and len(found) != count:
        others = (_decode(reading, sentence, scores, bias) for bias in _OTHERS)
        found = next((other for other in others if len(other) == count), found)
    return _uncounted(sentence, _parted(sentence, found, count))


def _parted(sentence: str, found: list[Span], count: int) -> list[Span]:
    """The items, cut where one bracket or quote ends and the next begins, and at 和 where that makes them as many as
    the question expects: 政治性和人民性 of 哪两性."""
    whole = [(start + a, start + b) for start, end in found for a, b in _pieces(_TOUCHING, sentence[start:end])]
    if len(whole) < count:
        cut = [(start + a, start + b) for start, end in whole for a, b in _pieces(_AND, sentence[start:end])]
        return cut if len(cut) == count else whole
    return whole


def _pieces(between: re.Pattern[str], text: str) -> list[Span]:
    """The [start, end) of what stands between the matches."""
    edges = [0, *(at for match in between.finditer(text) for at in match.span()), len(text)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _uncounted(sentence: str, found: list[Span]) -> list[Span]:
    """The items without the count that follows the last: 村 of 区、片区、村三级."""
    if len(found) in _COUNTS:
        start, end = found[-1]
        if counted := re.search(
            f"(?<=.)[{_COUNTS[len(found)]}{len(found)}][级类种项方大家个地县省村镇户](?!.*[、,])", sentence[start:end]
        ):
            return [*found[:-1], (start, start + counted.start())]
    return found


def names_apart(sentence: str, span: Span) -> list[Span]:
    """The names of a by-line that stand with spaces between them, each for itself; else the span as it is."""
    start, end = span
    return (
        [(start + found.start(), start + found.end()) for found in re.finditer(r"\S+", sentence[start:end])]
        if _NAMES.fullmatch(sentence, start, end)
        else [span]
    )


def is_list(reading: Reading, sentence: str) -> bool:
    """Whether the network marks several answers of its own accord."""
    return len(_decode(reading, sentence, _scores(reading, sentence), _UNASKED)) > 1


def _decode(reading: Reading, sentence: str, scores: _Scores, bias: float) -> list[Span]:
    """The best set of items, given log odds for there being each."""
    count = len(reading.offsets)
    first, last, inside = scores
    best = np.zeros(count + 1)
    begun: list[int | None] = [None] * (count + 1)
    for end in range(1, count + 1):
        low = max(0, end - _LONGEST)
        gains = best[low:end] + first[low:end] + inside[end] - inside[low:end]
        start = int(gains.argmax())
        gain = gains[start] + last[end - 1] + bias
        best[end] = max(gain, best[end - 1])
        begun[end] = low + start if gain > best[end - 1] else None
    runs: list[tuple[int, int]] = []
    end = count
    while end:
        at = begun[end]
        if at is None:
            end -= 1
        else:
            runs.append((at, end - 1))
            end = at
    found: list[Span] = []
    for first_token, last_token in reversed(runs):
        span = tidy(sentence, (reading.offsets[first_token][0], reading.offsets[last_token][1]))
        if span[0] < span[1] and (not found or found[-1][1] <= span[0]):  # a bracket may have been taken in twice
            found.append(span)
    return found


def _scores(reading: Reading, sentence: str) -> _Scores:
    """What a token adds as an item's first, (n,), as its last, (n,), and what all before it add inside, (n + 1,)."""
    marks = [match.span() for match in _SEPARATOR.finditer(sentence)]
    edges = {at for match in _BRACKET.finditer(sentence) for at in match.span()}
    starts = {0, *edges, *(end for _, end in marks)}
    ends = {len(sentence), *edges, *(start for start, _ in marks)}
    first = reading.first + [_SNAP if a in starts else -_SNAP for a, _ in reading.offsets]
    last = reading.last + [_SNAP if b in ends else -_SNAP for _, b in reading.offsets]
    crossed = np.array([_CROSSED * ("、" in sentence[a:b]) for a, b in reading.offsets])
    inside = np.cumsum(np.clip(reading.inside, -_CLIP, _CLIP) - crossed)
    return first, last, np.concatenate([[0.0], inside])
