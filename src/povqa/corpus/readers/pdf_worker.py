"""The process that takes a PDF apart: `python -m povqa.corpus.readers.pdf_worker < FILE` prints its text as JSON.

A process of its own, since a PDF from a stranger may want any time and memory: here both are limited.
"""

from __future__ import annotations

import json
import math
import sys
from ctypes import c_double
from typing import Any, TypedDict

MOST_PAGES = 3_000
MOST_CHARACTERS = 5_000_000
MOST_MEMORY = 2 << 30
MOST_SECONDS = 60
PASSWORD = 4  # FPDF_ERR_PASSWORD


class Piece(TypedDict):
    """A run of text on one line; points from the page's lower left corner."""

    text: str
    left: float
    right: float
    bottom: float
    size: float


class Sheet(TypedDict):
    """A page."""

    width: float
    height: float
    pieces: list[Piece]


class Contents(TypedDict, total=False):
    """What a PDF holds, or why it cannot be read: "password", "broken" or "large"."""

    error: str
    title: str
    author: str
    sheets: list[Sheet]


def take_apart(data: bytes) -> Contents:
    """The text of a PDF by PDFium."""
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        return {"error": "password" if getattr(error, "err_code", None) == PASSWORD else "broken"}
    if len(document) > MOST_PAGES:
        return {"error": "large"}
    about = document.get_metadata_dict()
    sheets: list[Sheet] = []
    characters = 0
    for page in document:
        width, height = page.get_size()
        text = page.get_textpage()
        characters += text.count_chars()
        if characters > MOST_CHARACTERS:
            return {"error": "large"}
        sheets.append({"width": width, "height": height, "pieces": _pieces(text)})
        page.close()
    return {"title": about.get("Title", ""), "author": about.get("Author", ""), "sheets": sheets}


def _pieces(text: Any) -> list[Piece]:
    """The runs of a page in the order in which it sets them: a new line, a wide gap or a step back begins another."""
    from pypdfium2 import raw

    pieces: list[Piece] = []
    space = False
    for place in range(text.count_chars()):
        char = _char(raw.FPDFText_GetUnicode(text, place))
        if char.isspace() or raw.FPDFText_IsGenerated(text, place) == 1:
            space = True
            continue
        if not char or char == "\ufffe":  # a hyphen that PDFium takes for one at a line's end is kept by its own name
            char = "-" if char else ""
        left, bottom, right, _ = text.get_charbox(place, loose=True)
        x, y = c_double(), c_double()
        if raw.FPDFText_GetCharOrigin(text, place, x, y):
            bottom = y.value
        size = abs(raw.FPDFText_GetFontSize(text, place)) or 10.0
        size = max(size, (right - left) * 0.9) if size < 2 else size  # a font of size 1, scaled by the matrix
        last = pieces[-1] if pieces else None
        if (
            last is not None
            and abs(last["bottom"] - bottom) < 0.4 * size
            and -0.5 * size < left - last["right"] < 1.6 * size
        ):
            gap = " " if space and left - last["right"] > 0.12 * size else ""
            last["text"] += gap + char
            last["right"] = max(last["right"], right)
        elif char:
            pieces.append({"text": char, "left": left, "right": right, "bottom": bottom, "size": size})
        space = False
    return [piece for piece in pieces if math.isfinite(piece["left"] + piece["right"] + piece["bottom"])]


def _char(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit stays
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))


if __name__ == "__main__":
    _limit()
    try:
        contents = take_apart(sys.stdin.buffer.read())
    except MemoryError:
        contents = {"error": "large"}
    sys.stdout.buffer.write(json.dumps(contents).encode())
