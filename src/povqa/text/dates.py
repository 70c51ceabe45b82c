"""Dates in Chinese text: 2017年3月22日, 3月16日, 2017年底, 一七年, 二〇二〇年, 2016-04-14, 去年."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from povqa.text.normalise import normalise
from povqa.text.numerals import DIGITS, parse_number

_HAN_DIGIT = "[零〇○一二三四五六七八九]"
_SMALL = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_YEARS_AWAY = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1, "后年": 2}
_DAYS_AWAY = {"今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "前天": -2, "明天": 1, "明日": 1}
_PART = "(?:年)?(?:[初底末中]|上半年|下半年)"
_DATE = re.compile(
    r"(?<!\d)(?P<y0>(?:1[89]|20)\d\d)[-/.](?P<m0>\d{1,2})[-/.](?P<d0>\d{1,2})(?!\d)"
    rf"|(?:(?<!\d)(?P<year>(?:1[89]|20)\d\d|{_HAN_DIGIT}{{4}}|[零〇○一二]{_HAN_DIGIT}|(?<!\d)\d\d(?=年(?:{_SMALL})月))年"
    rf"|(?P<near>{'|'.join(_YEARS_AWAY)}))(?:\s?(?P<m1>{_SMALL})月(?:份|[初底末]|(?P<d1>{_SMALL})[日号])?|{_PART})?"
    rf"|(?<!\d)(?P<from>(?:1[89]|20)\d\d)(?=\s?(?:-+|~|至|到)\s?(?:1[89]|20)\d\d年)"
    rf"|(?<![\d个.十])(?P<m2>{_SMALL})月(?:份|[初底末](?!级)|(?P<d2>{_SMALL})[日号])?"
    rf"|(?P<day>{'|'.join(_DAYS_AWAY)})"
)


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date at code points [start, end); None for the parts that it leaves out."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None


def find_dates(text: str, published: str | None = None) -> list[DateMention]:
    """Find the dates of a text, in order, without overlap.

    :param published: YYYY-MM-DD, the day the text appeared; 去年 and 今天 have a year only with it.
    """
    today = date.fromisoformat(published) if published else None
    folded = normalise(text)
    return [mention for found in _DATE.finditer(folded) if (mention := _mention(found, today))]


def _mention(found: re.Match[str], today: date | None) -> DateMention | None:
    start, end = found.span()
    if found["day"]:
        when = today + timedelta(days=_DAYS_AWAY[found["day"]]) if today else None
        return DateMention(start, end, when.year, when.month, when.day) if when else DateMention(start, end)
    if found["near"]:
        year = today.year + _YEARS_AWAY[found["near"]] if today else None
    elif written := (found["year"] or found["y0"] or found["from"]):
        year = _year(written)
        if year is None:
            return None
    else:
        year = None
    month = _within(found["m0"] or found["m1"] or found["m2"], 12)
    day = _within(found["d0"] or found["d1"] or found["d2"], 31)
    if found["m2"] and month is None:
        return None
    return DateMention(start, end, year, month, day)


def _year(written: str) -> int | None:
    digits = "".join(char if char.isdecimal() else str(DIGITS[char]) for char in written)
    if len(digits) == 4:
        return int(digits) if 1800 <= int(digits) < 2100 else None
    if not written[0].isascii() and int(digits[1]) == int(digits[0]) + 1 and digits[0] != "0":
        return None  # 一二年 is a year or two
    return (2000 if int(digits) < 50 else 1900) + int(digits)


def _within(written: str | None, most: int) -> int | None:
    value = parse_number(written) if written else None
    return int(value) if value is not None and 1 <= value <= most else None
