"""Chinese sentences, as offsets into the text: nothing is copied, nothing is changed."""

from __future__ import annotations

import re

MIN_CLAUSE = 25  # ；cuts only where the pieces on both sides can stand alone
MAX_SENTENCE = 400  # beyond this a shorter piece between two ；is cut too
_MAX_BRACKET = 80  # a full stop inside brackets is the bracket's own, unless the bracket was never closed nearby
_MAX_ATTRIBUTION = 40

_FINAL = "。！？!?｡！？"
_CLOSERS = "”’」』）)》】〉"
_PAIRS = {"《": "》", "（": "）", "(": ")", "【": "】"}
_CLOSING = re.compile(rf"\s*[”’」』]|[{_CLOSERS}]")
_TERMINATOR = re.compile(rf"[{_FINAL}]+|…+|\.(?=[\s{_CLOSERS}\"]|$)")
# What follows a closing quote and shows that the sentence goes on: “永不言弃！”的精神, “行吗？”、“行！”
_GOES_ON = re.compile(r"\s*[，,、；;：:。！？!?的等和与及之是中里]")
# 。”村民张三说。: the words that say who spoke belong to what was said.
_ATTRIBUTION = re.compile(
    rf"[^。！？!?…“”\"；;\n]{{0,{_MAX_ATTRIBUTION}}}?(?:说道?|表示|介绍道?|告诉记者|感慨道?|感叹道?|坦言|回忆道?|笑着道|直言|称)[。！？!?]"
)
_AFTER_ELLIPSIS = re.compile("[，,、；;：:等的和与及]")
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_SEMICOLON_OR_QUOTE = re.compile("[；;“”]")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Cut `text` into sentences.

    :return: code-point offsets [start, end), in order, without overlap, without white space at either end; together
        they cover every character that is not white space. No sentence crosses a line break.
    """
    sentences: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for end in [*_line_cuts(line.group(), line.start()), line.end()]:
            piece = text[start:end]
            left, right = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
            if left < right:
                sentences.append((left, right))
            start = end
    return sentences


def _line_cuts(line: str, offset: int) -> list[int]:
    """Where sentences end within a line, as offsets into the whole text."""
    brackets = _brackets(line)
    ends = [
        cut
        for found in _TERMINATOR.finditer(line)
        if (cut := _sentence_end(line, found.start(), found.end(), brackets))
    ]
    cuts: list[int] = []
    start = seen = 0  # between them stands no letter and no digit
    for end in [*ends, len(line)]:
        stray = not any(char.isalnum() for char in line[seen:end])  # "——" or a stray quote is no sentence of its own
        seen = end
        if stray:
            if cuts:
                cuts[-1] = offset + end
                start = end
            continue
        cuts.extend(offset + cut for cut in _clause_cuts(line, start, end, brackets))
        cuts.append(offset + end)
        start = end
    return cuts


def _brackets(line: str) -> dict[int, tuple[int, int]]:
    """For each character inside a pair of brackets, where the outermost pair opens and ends. Quotes are no brackets."""
    pairs: dict[int, tuple[int, int]] = {}
    position = 0
    while position < len(line):
        closer = _PAIRS.get(line[position])
        end = line.find(closer, position + 1, position + _MAX_BRACKET) if closer else -1
        if end >= 0:
            pairs.update(dict.fromkeys(range(position, end + 1), (position, end + 1)))
            position = end
        position += 1
    return pairs


def _sentence_end(line: str, start: int, end: int, brackets: dict[int, tuple[int, int]]) -> int:
    """The offset after the terminator at [start, end) and the quotes it closes, or 0 if the sentence goes on."""
    if line[start] in ".?!" and not _ends_chinese(line, start, end):
        return 0
    if start in brackets:  # the sentence ends with the bracket only if it began with it
        opened, closed = brackets[start]
        return closed if _visible_before(line, opened) in _FINAL + _CLOSERS else 0
    after = _past_closers(line, end)
    if after > end:
        if _GOES_ON.match(line, after) or (line[after - 1] in '”’」』"' and _ATTRIBUTION.match(line, after)):
            return 0
    elif line[start] == "…" and _AFTER_ELLIPSIS.match(line, after):
        return 0
    return after


def _visible_before(line: str, at: int) -> str:
    """The last character before a place that is not white space, "" where there is none."""
    while at and line[at - 1].isspace():
        at -= 1
    return line[at - 1 : at]


def _past_closers(line: str, after: int) -> int:
    """Past the closing quotes and brackets that follow a terminator; a ” is one even behind a space."""
    while True:
        closer = _CLOSING.match(line, after)
        straight = line[after : after + 1] == '"' and line.count('"', max(0, after - MAX_SENTENCE), after) % 2
        if not closer and not straight:
            return after
        after = closer.end() if closer else after + 1


def _ends_chinese(line: str, start: int, end: int) -> bool:
    """Whether an ASCII mark ends a Chinese sentence: not inside 10.2%, an address, a file name or an English name."""
    before, after = line[start - 1 : start], line[end : end + 1]
    if line[start] == ".":
        return bool(before) and not (before.isascii() and before.isalnum()) and before not in ".…"
    return not (before.isascii() and before.isalnum() and after.isascii() and after.isalnum())


def _clause_cuts(line: str, start: int, end: int, brackets: dict[int, tuple[int, int]]) -> list[int]:
    """The ；within a sentence where both sides are long enough to be cited alone."""
    marks: list[int] = []
    quotes = 0  # opened and not closed
    for found in _SEMICOLON_OR_QUOTE.finditer(line, start, end):
        if found.group() in "“”":
            quotes += 1 if found.group() == "“" else -1
        elif quotes <= 0 and found.start() not in brackets:
            marks.append(found.end())
    least = MIN_CLAUSE if end - start <= MAX_SENTENCE else MIN_CLAUSE // 2
    cuts: list[int] = []
    left = start
    for place, mark in enumerate(marks):
        right = marks[place + 1] if place + 1 < len(marks) else end
        if mark - left >= least and right - mark >= least:
            cuts.append(mark)
            left = mark
    return cuts
