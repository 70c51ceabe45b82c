"""In which encoding a text stands."""

from __future__ import annotations

import codecs
import re

from povqa.text.normalise import normalise

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = ("gb18030", "big5hkscs")
_BROKEN_SHARE = 0.005  # a page cut off in the middle of a character, or with a byte or two lost, is still a text
_LEAST_COMMON = 0.6
_NO_CHARACTERS = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》【】—…·「」『』　")


def characters(text: str) -> str:
    """A text without NUL and without halves of surrogate pairs: no index and no terminal takes these."""
    return _NO_CHARACTERS.sub("", text)


def decode(data: bytes) -> tuple[str, str] | None:
    """Decode a page: by its byte order mark, as UTF-8, or as whichever of GB18030 and BIG5 reads like Chinese.

    The guess weighs how many of the characters are among those that make up nearly all of running text; general
    detectors need more text than a short page has, and take other East Asian encodings into account that no page here
    is in.

    :return: the text and the encoding's name, or None for what is no text.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _checked(_lenient(data, encoding), encoding)
    text = _lenient(data, "utf-8")
    if text is not None:
        return _checked(text, "utf-8")
    if b"\0" in data:
        return None
    guesses = [(_common_share(text), encoding, text) for encoding in _LEGACY if (text := _lenient(data, encoding))]
    if not guesses:
        return None
    share, encoding, text = max(guesses, key=lambda guess: guess[0])
    return _checked(text, encoding) if share >= _LEAST_COMMON else None


def _lenient(data: bytes, encoding: str) -> str | None:
    """Decode, passing over a few broken bytes; None if there are more than a few."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        broken = text.count("�")
        return text if broken <= max(1, _BROKEN_SHARE * len(text)) and broken < len(text) / 20 else None


def _checked(text: str | None, encoding: str) -> tuple[str, str] | None:
    if text is None or len(_CONTROL.findall(text)) > len(text) / 100:
        return None
    return text, encoding


def _common_share(text: str) -> float:
    """The share of common characters among those that are not ASCII: level 1 of GB 2312, the 3,755 most frequent."""
    wide = [char for char in text[:20_000] if char > "\x7f"]
    if not wide:
        return 0.0
    return sum(char in _PUNCTUATION or _is_level_1(char) for char in wide) / len(wide)


def _is_level_1(char: str) -> bool:
    try:
        code = normalise(char).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(code) == 1 or 0xB0 <= code[0] <= 0xD7 or code[0] in (0xA1, 0xA3)
