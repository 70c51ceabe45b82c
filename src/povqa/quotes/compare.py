"""A quote beside one text: where it stands there word for word, or what differs where it nearly does.

Compared are texts as `normalise` folds them, without white space and with one sign for all quotation marks: what
differs only so is word for word. An ellipsis in a quote leaves out as much as it likes. Half a number is no number:
309户 does not stand in 3309户.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from povqa.text.normalise import normalise

NEAR = 0.7  # the least similarity of what nearly stands there: 1 - insertions and deletions / both lengths
_SLACK = 4  # characters, and an eighth of a part: how far the ends of its counterpart are looked for
_LEAST = 4  # characters of a part that can be nearly there
_ELLIPSIS = re.compile(r"(?:…|⋯|\.{3}|。{3})[…⋯.。]*")
_ENDS = '"…⋯'
_LAST = _ENDS + ",.;:、。"  # a quote may end a sentence earlier than its source does
_SPACE = re.compile(r"(?<=[0-9a-z]) +(?=[0-9a-z])|( +)")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")

Span = tuple[int, int]


class Difference(NamedTuple):
    """The quote has [quote_start, quote_end) where the text has [start, end); either may be empty."""

    quote_start: int
    quote_end: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a quote stands in a text.

    :param spans: one for each part between ellipses, in their order.
    :param differences: none where it stands word for word.
    :param similarity: in [0, 1].
    """

    spans: tuple[Span, ...]
    differences: tuple[Difference, ...] = ()
    similarity: float = 1.0


class Squashed:
    """A text as it is compared. Its offsets are those of the squashed text; `span` leads back."""

    def __init__(self, text: str) -> None:
        self._folded = normalise(text).replace("'", '"')
        # White space stays, as one, between what would become one number or word without it.
        self.text = _SPACE.sub(lambda found: "" if found[1] else " ", self._folded)

    @cached_property
    def _places(self) -> list[int]:
        dropped = {
            place
            for found in _SPACE.finditer(self._folded)
            for place in range(found.start() + (found[1] is None), found.end())
        }
        return [place for place in range(len(self._folded)) if place not in dropped]

    def span(self, start: int, end: int) -> Span:
        """[start, end) of the squashed text as offsets into the text itself."""
        if start < end:
            return self._places[start], self._places[end - 1] + 1
        at = self._places[start] if start < len(self._places) else len(self._folded)
        return at, at

    @cached_property
    def numbers(self) -> list[Span]:
        """Where its numbers stand."""
        return [found.span() for found in _NUMBER.finditer(self.text)]

    def inside_number(self, at: int) -> bool:
        """Whether a cut at this place would go through a number."""
        place = bisect_left(self.numbers, (at, 0)) - 1
        return place >= 0 and at < self.numbers[place][1]


class Quote:
    """A quote, ready to be compared with many texts."""

    def __init__(self, quote: str) -> None:
        self.squashed = Squashed(quote)
        text = self.squashed.text
        bounds = [0, *(at for found in _ELLIPSIS.finditer(text) for at in found.span()), len(text)]
        self.parts = [
            part
            for part in (_trimmed(text, *bounds[i : i + 2]) for i in range(0, len(bounds), 2))
            if any(char.isalnum() for char in text[slice(*part)])
        ]
        whole, trimmed = (0, len(text)), _trimmed(text, 0, len(text))
        self._readings = ([whole], [trimmed], self.parts) if self.parts else ()

    def verbatim(self, text: Squashed) -> Passage | None:
        """Where the quote stands word for word: the whole of it, or its parts one after the other."""
        for parts in self._readings:
            spans: list[Span] = []
            after = 0
            for start, end in parts:
                at = _find(self.squashed.text[start:end], text, after)
                if at < 0:
                    break
                after = at + end - start
                spans.append(text.span(at, after))
            else:
                return Passage(tuple(spans))
        return None

    def nearly(self, text: Squashed) -> Passage | None:
        """Where a text comes nearest to the quote, if that is near enough."""
        spans: list[Span] = []
        differences: list[Difference] = []
        edits = length = 0
        for start, end in self.parts:
            found = _align(self.squashed.text[start:end], text)
            if found is None:
                return None
            (first, last), blocks, distance = found
            spans.append(text.span(first, last))
            for a, b, c, d in blocks:
                differences.append(Difference(*self.squashed.span(start + a, start + b), *text.span(c, d)))
            edits += distance
            length += end - start + last - first
        similarity = 1 - edits / length
        return Passage(tuple(spans), tuple(differences), similarity) if similarity >= NEAR else None


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in _ENDS:
        start += 1
    while start < end and text[end - 1] in _LAST:
        end -= 1
    return start, end


def _find(part: str, text: Squashed, after: int) -> int:
    """Where a part begins in a text; -1 if it stands nowhere, or only with a piece of a number at an end."""
    at = text.text.find(part, after)
    while at >= 0 and (text.inside_number(at) or text.inside_number(at + len(part))):
        at = text.text.find(part, at + 1)
    return at


def _align(part: str, text: Squashed) -> tuple[Span, list[tuple[int, int, int, int]], int] | None:
    """The piece of a text that is most like a part, what differs (part, then text), insertions plus deletions."""
    from rapidfuzz.distance import Indel, Levenshtein
    from rapidfuzz.fuzz import partial_ratio_alignment

    if len(part) < _LEAST:
        at = _find(part, text, 0)
        return None if at < 0 else ((at, at + len(part)), [], 0)
    rough = partial_ratio_alignment(part, text.text, score_cutoff=100 * (NEAR - 0.1))
    if rough is None:
        return None
    first, last = rough.dest_start, rough.dest_end
    slack = _SLACK + len(part) // 8

    def likeness(first: int, last: int) -> tuple[float, int]:
        away = abs(first - rough.dest_start) + abs(last - rough.dest_end)
        return Indel.normalized_similarity(part, text.text[first:last]), -away

    # The rough piece is as long as the part; the best one may be longer or shorter.
    for _ in range(2):
        starts = range(max(0, first - slack), min(last, first + slack + 1))
        first = max(starts, key=lambda at: likeness(at, last), default=first)
        ends = range(max(first + 1, last - slack), min(len(text.text), last + slack) + 1)
        last = max(ends, key=lambda at: likeness(first, at), default=last)
    for start, end in text.numbers:  # the whole of the numbers at its ends
        if start < first < end:
            first = start
        if start < last < end:
            last = end
    piece = text.text[first:last]
    blocks = [
        (step.src_start, step.src_end, first + step.dest_start, first + step.dest_end)
        for step in Levenshtein.opcodes(part, piece)
        if step.tag != "equal"
    ]
    return (first, last), _whole_numbers(blocks, part, text.text), Indel.distance(part, piece)


def _whole_numbers(
    blocks: Sequence[tuple[int, int, int, int]], part: str, text: str
) -> list[tuple[int, int, int, int]]:
    """Differences inside a number as one difference of the whole number."""
    grown: list[tuple[int, int, int, int]] = []
    for a, b, c, d in blocks:
        low = grown[-1][1::2] if grown else (0, 0)
        if _digits(part[a:b] + text[c:d] + part[b : b + 1]) or _digits(part[a - 1 : a]):
            while a > low[0] and c > low[1] and part[a - 1] == text[c - 1] and _of_number(text, c - 1):
                a, c = a - 1, c - 1
            while b < len(part) and d < len(text) and part[b] == text[d] and _of_number(text, d):
                b, d = b + 1, d + 1
        if grown and (grown[-1][1], grown[-1][3]) == (a, c):
            grown[-1] = (grown[-1][0], b, grown[-1][2], d)
        else:
            grown.append((a, b, c, d))
    return grown


def _of_number(text: str, at: int) -> bool:
    return _digits(text[at]) or (
        text[at] in ".," and at > 0 and _digits(text[at - 1]) and _digits(text[at + 1 : at + 2])
    )


def _digits(text: str) -> bool:
    return any(char in "0123456789" for char in text)
