"""A fetched page as a file of the corpus."""

from __future__ import annotations

import codecs
import hashlib
import re
from urllib.parse import unquote, urlsplit

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_PARTLESS = frozenset(("", "index", "default", "content", "article", "detail", "news", "view"))


def page_name(url: str, suffix: str) -> str:
    """A file name that tells site and page, the same for the same address: example.com-c31153719-8d2f61aa.html."""
    parts = urlsplit(url)
    pieces = [re.sub(r"\.\w{1,5}$", "", piece) for piece in unquote(parts.path).split("/")]
    last = next((piece for piece in reversed(pieces) if piece.lower() not in _PARTLESS), "")
    readable = re.sub(r"[^\w.-]+", "-", f"{parts.hostname or ''}-{last}")[:60].strip("-.")
    return f"{readable}-{hashlib.sha256(address(url).encode()).hexdigest()[:8]}{suffix}"


def address(url: str) -> str:
    """What two links to one page have in common: http or https, and a place in the page, are left out."""
    return url.partition("://")[2].partition("#")[0]


def page_bytes(url: str, data: bytes) -> bytes:
    """A web page as it came, after the line by which browsers say where they saved it from."""
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    url = url.replace(">", "%3E").replace("--", "-%2D")
    line = f"<!-- saved from url=({len(url):04}){url} -->\n"
    return mark + line.encode(_MARKS.get(mark, "utf-8"), errors="replace") + data[len(mark) :]
