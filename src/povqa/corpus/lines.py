"""The lines of a raw page, and what can be told from a line's shape alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

BLANKS = " \t\u00a0\u3000\u2002\u2003\u200b\u200c\u200d\u2060\ufeff\x00"
_HAN = "\u3400-\u9fff"
_FINAL = "。！？!?…｡"
_CLOSERS = '”’」』）)》】〉"'
_ENUMERATOR = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}(?:[、．]|\.(?!\d))"
    r"|第[一二三四五六七八九十]{1,3}[，、章节条部]|[①-⑳•·■●◆▪▲○★※])"
)
_HEADING = 34
_WRAPPED = 28  # a line that stops without a mark is broken only if it is at least about as long as a wrapped line


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, without the white space around it."""

    text: str
    gap: int = 0  # blank lines before it
    indented: bool = False
    continues: bool = False  # it is known to go on with a sentence broken before it


def split_lines(text: str) -> list[Line]:
    """Cut a page into its lines; blank ones only count as gaps."""
    lines: list[Line] = []
    gap = 0
    for row in text.splitlines():
        stripped = trim(row)
        if stripped:
            lines.append(Line(stripped, gap, row.lstrip(BLANKS) != row))
            gap = 0
        else:
            gap += 1
    return lines


def trim(text: str) -> str:
    """Without white space and invisible characters at either end."""
    previous = None
    while text != previous:
        previous, text = text, text.strip().strip(BLANKS)
    return text


def is_prose(text: str) -> bool:
    """Whether a line is running text beyond doubt: sentences with full stops, not a headline or a link."""
    return (text.count("。") >= 2 and len(text) >= 30) or ("。" in text and len(text) >= 45)


def is_body(text: str) -> bool:
    """Whether a line reads as part of the body: prose, a shorter finished sentence, or a long broken one."""
    if is_prose(text) or (len(text) >= 10 and text.rstrip(_CLOSERS)[-1:] == "。"):
        return True
    return len(text) >= 60 and len(re.findall("[，,；;]", text)) >= 2


def is_heading(text: str) -> bool:
    """Whether a line may be a heading: short, without the marks of a running sentence."""
    return len(text) <= _HEADING and not re.search("[。；;]|[，,、：:]$", text) and not re.match("[，,、；;）)”]", text)


def starts_item(text: str) -> bool:
    """Whether a line opens an item of a list: 一、 （二） 3. •"""
    return _ENUMERATOR.match(text) is not None


def ends_open(text: str, *, continuing: bool = False) -> bool:
    """Whether a line stops in the middle of a sentence.

    :param continuing: the line itself continues a broken one, so that it may be short.
    """
    if text[-1] in "，,、":
        return True
    if _opened(text):
        return True
    if text[-1] in "：:；;）)】]>":
        return False
    bare = text.rstrip(_CLOSERS)
    if not bare or bare[-1] in _FINAL or (bare[-1] == "." and not bare[-2:-1].isascii()):
        return False
    if "。" in text and han_count(text[text.rfind("。") :]):
        return True
    marks = re.search("[，,；;]", text)
    return bool(marks and len(text) >= _WRAPPED) or len(text) > 2 * _WRAPPED or (continuing and len(text) >= _WRAPPED)


def starts_open(text: str) -> bool:
    """Whether a line opens with what only ever follows something: a comma, a closing quote, 等, 的."""
    return re.match("[，,、。；;：:）)”》的]|等(?:工作|方面|[，,；;、])", text) is not None


def _opened(text: str) -> bool:
    """Whether a bracket or title mark was opened near the end and not closed (a quotation may run over paragraphs)."""
    tail = text[-40:]
    if any(tail.rfind(left) > tail.rfind(right) for left, right in ("《》", "（）", "()")):
        return True
    said = tail[tail.rfind("“") :]
    return tail.rfind("“") > tail.rfind("”") and not re.search("[。！？；]", said) and len(text) > _WRAPPED


def han_count(text: str) -> int:
    """The number of Chinese characters."""
    return len(re.findall(f"[{_HAN}]", text))
