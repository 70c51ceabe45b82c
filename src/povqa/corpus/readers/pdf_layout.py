"""From pieces of text on pages to paragraphs: columns, page heads and feet, and lines that go on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from povqa.corpus.readers.pdf_worker import Piece, Sheet

_MARGIN = 0.13  # of the height: where heads and feet stand
_GUTTER = (0.35, 0.65)  # of the width: where two columns part
_PAGE_NUMBER = re.compile(
    r"[-—–·•\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/,，共]\s*(?:第|共)?\s*\d{1,4}\s*页?)?[-—–·•\s]*"
)
_TITLE_SIZE = 1.2
_TITLE_MOST = 80
_WORD = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of print; points from the page's lower left corner."""

    text: str
    left: float
    right: float
    bottom: float
    size: float


@dataclass(frozen=True, slots=True)
class Column:
    """Lines of print below each other, and the edges of the block they are set in."""

    rows: tuple[Row, ...]
    left: float
    right: float


def without_margins(sheets: Sequence[Sheet]) -> Iterator[Sheet]:
    """The pages without heads and feet: page numbers, and what stands in the margins of half the pages."""
    margins = [{_mark(piece) for piece in sheet["pieces"] if _in_margin(piece, sheet)} for sheet in sheets]
    counts = Counter(mark for marks in margins for mark in marks)
    least = max(2, len(sheets) / 2)
    for sheet in sheets:
        kept = [
            piece
            for piece in sheet["pieces"]
            if not _in_margin(piece, sheet)
            or not (_PAGE_NUMBER.fullmatch(piece["text"]) or counts[_mark(piece)] >= least)
        ]
        yield {**sheet, "pieces": kept}


def _in_margin(piece: Piece, sheet: Sheet) -> bool:
    return not _MARGIN * sheet["height"] < piece["bottom"] < (1 - _MARGIN) * sheet["height"]


def _mark(piece: Piece) -> tuple[str, int]:
    """A head is the same on every page but for its numbers, and at the same height."""
    return re.sub(r"[\d\s]+", "#", piece["text"]), round(piece["bottom"] / 4)


def columns(sheet: Sheet) -> list[Column]:
    """The lines of a page in reading order: above, left column, right column, below."""
    pieces = sheet["pieces"]
    gutter = _find_gutter(sheet)
    if gutter is None:
        return [_column(_rows(pieces))] if pieces else []
    blocks: list[Column] = []
    waiting: list[Piece] = []

    def settle() -> None:
        for side in ([p for p in waiting if p["right"] <= gutter], [p for p in waiting if p["right"] > gutter]):
            if side:
                blocks.append(_column(_rows(sorted(side, key=lambda p: (-round(p["bottom"]), p["left"])))))
        waiting.clear()

    wide: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: -p["bottom"]):
        across = piece["left"] < gutter < piece["right"]
        if across and waiting:
            settle()
        if not across and wide:
            blocks.append(_column(_rows(wide)))
            wide = []
        (wide if across else waiting).append(piece)
    settle()
    if wide:
        blocks.append(_column(_rows(wide)))
    return blocks


def _find_gutter(sheet: Sheet) -> float | None:
    """Where two columns part: a place near the middle that few lines cross and many stand beside."""
    pieces = sheet["pieces"]
    if len(pieces) < 8:
        return None
    step = sheet["width"] / 200
    best: tuple[int, float] | None = None
    place = _GUTTER[0] * sheet["width"]
    while place < _GUTTER[1] * sheet["width"]:
        crossing = sum(piece["left"] < place < piece["right"] for piece in pieces)
        beside = [
            sum(piece["right"] <= place and piece["right"] > 0.6 * place for piece in pieces),
            sum(piece["left"] >= place for piece in pieces),
        ]
        if min(beside) >= 0.25 * len(pieces) and crossing <= 0.2 * len(pieces) and (best is None or crossing < best[0]):
            best = crossing, place
        place += step
    return best[1] if best else None


def _rows(pieces: Sequence[Piece]) -> list[Row]:
    """Pieces on one height are one line."""
    rows: list[Row] = []
    for piece in pieces:
        last = rows[-1] if rows else None
        if last and abs(last.bottom - piece["bottom"]) < 0.4 * piece["size"] and piece["left"] > last.left:
            text = f"{last.text} {piece['text']}"
            rows[-1] = Row(text, last.left, max(last.right, piece["right"]), last.bottom, last.size)
        else:
            rows.append(Row(**piece))
    return rows


def _column(rows: list[Row]) -> Column:
    body = [row for row in rows if len(row.text) > 8] or rows
    lefts = Counter(round(row.left) for row in body)
    often = [left for left, count in lefts.items() if count >= max(lefts.values()) / 3]
    rights = sorted(row.right for row in body)
    return Column(tuple(rows), float(min(often)), rights[int(0.9 * (len(rights) - 1))])


def title_rows(rows: Sequence[Row]) -> list[Row]:
    """The lines of the title: the largest print near the top, if it is larger than the text's; [] if there is none."""
    usual = median(row.size for row in rows for _ in row.text)
    top = rows[:12]
    largest = max(row.size for row in top)
    if largest < _TITLE_SIZE * usual:
        return []
    start = next(place for place, row in enumerate(top) if row.size > 0.97 * largest)
    heading = []
    for row in rows[start : start + 4]:
        if row.size < 0.97 * largest:
            break
        heading.append(row)
    length = sum(len(row.text) for row in heading)
    return heading if 4 <= length <= _TITLE_MOST else []


def join_lines(blocks: Sequence[Column], heading: Sequence[Row] = ()) -> list[str]:
    """Lines to paragraphs: a line goes on unless it ends early or the next one is set in, apart or otherwise.

    :param heading: the lines of the title, which are one.
    """
    titles = set(map(id, heading))
    paragraphs: list[str] = []
    last: tuple[Row, Column] | None = None
    for block in blocks:
        pitch = _pitch(block.rows)
        for row in block.rows:
            together = id(row) in titles and last is not None and id(last[0]) in titles
            if paragraphs and last and (together or _goes_on(*last, row, block, pitch)):
                paragraphs[-1] = _join(paragraphs[-1], row.text)
            else:
                paragraphs.append(row.text)
            last = row, block
    return paragraphs


def _goes_on(last: Row, before: Column, row: Row, block: Column, pitch: float) -> bool:
    em = row.size
    if abs(last.size - row.size) > 0.08 * em or last.right < before.right - 1.9 * em:
        return False
    if row.left > block.left + 1.2 * em:
        return False
    return before is not block or 0 < last.bottom - row.bottom <= 1.5 * pitch


def _pitch(rows: Sequence[Row]) -> float:
    """The usual distance of two lines."""
    steps = [
        above.bottom - below.bottom for above, below in zip(rows, rows[1:], strict=False) if above.bottom > below.bottom
    ]
    return median(steps) if steps else 0.0


def _join(head: str, tail: str) -> str:
    """Chinese lines are joined without a space, words of letters with one."""
    return f"{head} {tail}" if _WORD.match(head[-1]) and _WORD.match(tail[0]) else head + tail
