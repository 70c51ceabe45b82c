"""From the kept lines of a page to paragraphs: broken lines are joined, photo captions go on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median_low

from povqa.corpus.lines import Line, ends_open, is_body, is_heading, starts_item, starts_open, trim

_CAPTION = 40
_CAPTION_LINE = re.compile(
    r"(?:图为|图片说明|图[:：]|资料图|▲|△|[(（]?图[一二三四五\d][:：)）])|.*(?:摄|供图|/图|图/\S{2,4})[)）]?$"
)
_CREDIT = re.compile(
    r"[（(][^（）()。]{0,20}(?:供图|[\s/]摄|摄影)[）)]|[\u4e00-\u9fff]{2,4}\s*/\s*摄(?!影)|(?<=[\s。])[\u4e00-\u9fff]{2,4}\s+摄(?!影|像|制)"
    r"|(?<=[。\s])(?:[\u4e00-\u9fff]{2,8}\s*)?供图"
)
_SENTENCE_END = re.compile("[。！？!?][”’」）)]?")
_PARAGRAPH_OPENERS = re.compile(
    r"[“「]|目前|下一步|同时[,，]|此外|据悉|据了解|近年来|今年|去年|日前|近日|记者|首先|其次|另外|截至|其中[,，]|\d{4}年|本报|新华社|[（(]?(?:本报|新华社)?记者"
)


def build_paragraphs(lines: Sequence[Line]) -> list[str]:
    """Join what was broken.

    A line that stops in mid-sentence takes the next one; a caption between the two goes after the paragraph. Every
    character of the lines stands in the result, in the same order but for those captions and for columns of print that
    `_restore_columns` puts back.
    """
    usual_gap = median_low([line.gap for line in lines[1:]]) if len(lines) > 1 else 0
    rows = _restore_columns(_split_captions(lines, usual_gap), usual_gap)
    indented = sum(line.indented for line in rows) > len(rows) / 2
    paragraphs: list[str] = []
    place = 0
    while place < len(rows):
        text, captions, last, continuing = rows[place].text, [], rows[place].text, False
        ahead = place + 1
        while ahead < len(rows) and _is_broken(last, rows[ahead], continuing):
            if _interrupts(rows, ahead, last, usual_gap):
                captions.append(rows[ahead].text)
            elif _continues(last, rows, ahead, indented):
                last, continuing = rows[ahead].text, True
                text = _join(text, last)
            else:
                break
            ahead += 1
        paragraphs += [text, *captions]
        place = ahead
    return paragraphs


def _is_broken(last: str, following: Line, continuing: bool) -> bool:
    """Whether the text goes on after `last`, perhaps past a caption."""
    if re.match("[”’，。、；）》]", following.text):  # no line begins like that
        return True
    return not _CAPTION_LINE.match(last) and ends_open(last, continuing=continuing)


def _join(left: str, right: str) -> str:
    both_ascii = left[-1].isascii() and left[-1].isalnum() and right[0].isascii() and right[0].isalpha()
    return f"{left} {right}" if both_ascii else left + right


def _continues(last: str, rows: Sequence[Line], ahead: int, indented: bool) -> bool:
    """Whether line `ahead` goes on with the sentence that `last` left open."""
    line = rows[ahead]
    if line.continues or starts_open(line.text) or last[-1] in "，,、" or _crosses_word(last, line.text):
        return True
    if starts_item(line.text) or (indented and line.indented):
        return False
    if is_heading(line.text) and ahead + 1 < len(rows) and is_body(rows[ahead + 1].text):
        return False
    return not _PARAGRAPH_OPENERS.match(line.text)


def _interrupts(rows: Sequence[Line], ahead: int, last: str, usual_gap: int) -> bool:
    """Whether line `ahead` is a caption in the middle of the sentence that `last` left open."""
    line = rows[ahead]
    if ahead + 1 >= len(rows) or len(line.text) > 2 * _CAPTION:
        return False
    if _CAPTION_LINE.match(line.text):
        return True
    if len(line.text) > _CAPTION or starts_open(line.text) or starts_item(line.text) or last[-1] in "，,、":
        return False
    if len(_SENTENCE_END.findall(line.text)) > 1 or ends_open(line.text):
        return False
    # Pictures leave a wider gap; without one only a word cut in two by the caption is proof enough.
    return line.gap > usual_gap or (_crosses_word(last, rows[ahead + 1].text) and not _crosses_word(last, line.text))


def _crosses_word(left: str, right: str) -> bool:
    """Whether a word of the dictionary runs over the break between two lines."""
    import rjieba

    head = left[-6:]
    offset = 0
    for word in rjieba.cut(head + right[:6]):
        if offset < len(head) < offset + len(word):
            return len(word) > 1
        offset += len(word)
    return False


def _split_captions(lines: Sequence[Line], usual_gap: int) -> list[Line]:
    """Cut captions off the text that sticks to them."""
    rows: list[Line] = []
    for place, line in enumerate(lines):
        pieces = _at_credits(line.text)
        before = rows[-1].text if rows else ""
        first = _SENTENCE_END.search(line.text)
        if (
            place
            and line.gap > usual_gap
            and ends_open(before)
            and before[-1] not in "，,、"
            and first
            and first.end() <= _CAPTION
            and not re.search("[，,；;]", line.text[: first.end()])
            and trim(line.text[first.end() :])
        ):
            rows.append(replace(line, text=line.text[: first.end()]))
            rows.append(Line(trim(line.text[first.end() :]), continues=True))
            continue
        rows += [replace(line, text=piece, gap=line.gap if not n else 0) for n, piece in enumerate(pieces)]
    return rows


def _at_credits(text: str) -> list[str]:
    """A line cut around each caption that ends in a credit (X/摄, X 供图) and is followed by more text."""
    pieces: list[str] = []
    start = seen = 0
    ends = [start]  # where captions may begin: at `start`, and after the sentences behind it
    for credit in _CREDIT.finditer(text):
        if credit.end() >= len(text) or text[credit.end()] in "，,。、；;：:的）)":
            continue
        ends += [found.end() for found in _SENTENCE_END.finditer(text, seen, credit.start())]
        seen = credit.start()
        caption = ends[-1]
        # The credit follows its caption, which may itself end in a full stop.
        if len(ends) > 1 and seen - caption <= 2 * _CAPTION and not trim(text[caption:seen]):
            caption = ends[-2]
        if seen - caption > 2 * _CAPTION:
            continue
        pieces += [text[start:caption], text[caption : credit.end()]]
        start = seen = credit.end()
        ends = [start]
    pieces.append(text[start:])
    return [piece for piece in map(trim, pieces) if piece]


def _restore_columns(rows: list[Line], usual_gap: int) -> list[Line]:
    """Put back a block that a page in columns has out of its place.

    A block that begins and ends in the middle of a sentence, where nothing before it is broken, belongs where the
    nearest sentence before it was broken by a caption.
    """
    result = list(rows)
    for place in range(2, len(result)):
        block = result[place]
        if not (starts_open(block.text) and ends_open(block.text)) or ends_open(result[place - 1].text):
            continue
        for broken in range(place - 2, -1, -1):
            if ends_open(result[broken].text) and _interrupts(result, broken + 1, result[broken].text, usual_gap):
                del result[place]
                result.insert(broken + 2, block)
                break
    return result
