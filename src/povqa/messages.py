"""What povqa says to people, in English and Chinese, and in which of the two it says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Lang = Literal["en", "zh"]

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Line(NamedTuple):
    """One line in both languages, with `{names}` to fill in."""

    en: str
    zh: str

    def text(self, lang: Lang, **values: object) -> str:
        """The line in `lang`."""
        return (self.zh if lang == "zh" else self.en).format(**values)


def has_han(text: str) -> bool:
    """Whether any Chinese character stands in the text."""
    return _HAN.search(text) is not None


def language_of(question: str) -> Lang | None:
    """The language to answer a question in; None if the question does not tell."""
    if has_han(question):
        return "zh"
    return "en" if any(character.isalpha() for character in question) else None


def locale_language(environ: Mapping[str, str]) -> Lang:
    """The language of the locale, by the variables POSIX names, in its order."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def printable(text: str) -> str:
    """The text without what could drive a terminal: control characters and direction overrides become U+FFFD."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


NOT_FOUND = Line("The articles do not hold the answer.", "文章里没有找到答案。")
EMPTY_QUESTION = Line("The question is empty.", "问题是空的。")
NEAREST = Line("The nearest sentence (not an answer): ", "最接近的一句(不是答案): ")
