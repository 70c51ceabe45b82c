"""Numbers in Chinese text, in digits and in characters, with their units: 3309户, 三千三百零九户, 5.7万人, 百分之三."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from povqa.text.normalise import normalise

DIGITS = dict(zip("零〇○一二三四五六七八九两", (0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True))
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_LONGEST = 400  # characters: what is longer is no number, and would take its time
_UNITS = (
    "村民小组|个百分点|个工作日|立方米|平方米|平方公里|公里/小时|千瓦时|人[(]?次[)]?|美元|欧元|块钱|公顷|公里|千米|厘米|毫米|公斤|千克|千瓦|兆瓦|小时|分钟"
    "|个半小时|个多小时|个小时|个钟头|个多月|个半月|学年|学期|个月|周岁|街道|社区|车间|行政村|自然村|自然屯|个|名|位|人(?!民|均|才|大)|户|家|口|元|块|角|亩|米|里|吨|斤|克|度|头|只|匹|羽|尾|条|项|处|座|所|间|栋|幢|套|场|期|批|次|起|件|辆|台|支|本|份"
    "|棵|株|村|屯|镇|乡|县|区|市|省|州|组|社|年|天|日|周|岁|倍|成(?![功为立员本效果长绩绿])|折|级|类|种|届|对|桶|瓶|箱|袋|片|层|门|张|篇|字|轮|代|班|股|笔|眼|盏|筒|枚|艘|架|把|部|站|点|步|寸|尺|升"
)
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_MIXED = r"\d+[百千万亿](?:\d+[十百千万])+"  # 5万7千8百
_HAN = "零〇一二三四五六七八九两十百千万亿"
_HAN_NUMBER = rf"[零〇一二三四五六七八九两十][{_HAN}]*(?:点[零〇一二三四五六七八九]+)?"
_ONE = rf"(?:{_MIXED}|{_ARABIC}\s?(?:[十百万亿]|千(?!瓦))*|{_HAN_NUMBER})"
_DASH = r"\s*(?:-{1,4}|~|至|到)\s*"
_HALF = "半(?![数年天月日小径山个边夜价])"  # 两亩半, not 三成半数
_NUMBER = re.compile(
    rf"(?P<many>(?:数|几|好几|上|成|近|过|超|逾)(?:(?P<scale>[十百千万亿]+)(?=(?:{_UNITS}))|(?P<scale3>[十百千][万亿]))"
    rf"|半(?=(?:{_UNITS})))(?P<unit0>{_UNITS})?"
    rf"|(?P<per>百分之|千分之)(?P<part>{_ONE})(?:{_DASH}(?:百分之|千分之)?(?P<part2>{_ONE}))?(?P<after0>以上|以下|左右|以内)?"
    r"|(?P<whole>[二三四五六七八九十]+)分之(?P<share>[一二两三四五六七八九十]+)"
    r"|(?<![\d/.])(?P<share2>[1-9]\d?)/(?P<whole2>[1-9]\d?)(?![\d/.])"
    rf"|(?P<low>{_ONE})(?P<sign1>[%‰])?(?:{_DASH}(?P<high>{_ONE}))?(?P<more>多|余|来|几)?(?P<scale2>[万亿])?"
    rf"\s?(?P<unit>[%‰]|{_UNITS})?(?P<more2>多|余|{_HALF})?(?P<after>左右|以上|以下|以内|上下|之多|不等)?"
)
_ABOUT = re.compile(r"(?:约|近|大约|约有|超过?|逾|不足|至少|将近|接近|不低于|不少于|不多于|突破|达到?近|最多|最少)\s?$")
_DATE_PART = re.compile(r"\s*(?:年|月|日|号)")
_NOT_BEFORE = re.compile(r"[第a-z_/]$|(?:统|唯|单|专|之|进|万|星期|周|礼拜)$")


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A number at code points [start, end), with what belongs to it: its unit, 余, 多, 左右, 以上."""

    start: int
    end: int
    value: float  # as a plain number: 5.7万 is 57000.0, 3% is 3.0 with the unit %
    unit: str  # normalised, without the scale: 元 for 5万元; "" for none
    approximate: bool
    high: float | None = None  # the upper end of a range: 2400-4000元, 四五万元


def find_numbers(text: str) -> list[NumberMention]:
    """Find the numbers of a text, in order, without overlap. Dates (2017年, 3月16日) and ordinals (第8期) are none."""
    folded = normalise(text)
    mentions: list[NumberMention] = []
    position = 0
    while found := _NUMBER.search(folded, position):
        position = max(found.end(), found.start() + 1)
        mention = _mention(folded, found)
        if mention:
            mentions.append(mention)
    return mentions


def parse_number(text: str) -> float | None:
    """The value of one number in digits or characters (3,309, 5.7万, 三千三百零九, 两万); None if it is none."""
    folded = normalise(text).replace(",", "").replace(" ", "")
    if len(folded) > _LONGEST:
        return None
    if re.fullmatch(_MIXED, folded):
        total = section = 0
        for digits, scale in re.findall(r"(\d+)([十百千万亿])", folded):
            section += int(digits) * (_SCALES[scale] if scale in "十百千" else 1)
            if scale in "万亿":
                total, section = (total + section) * _SCALES[scale], 0
        return float(Decimal(total + section))
    arabic = re.fullmatch(r"(\d+(?:\.\d+)?)([十百千万亿]*)", folded)
    if arabic:
        value = Decimal(arabic.group(1))
        for scale in arabic.group(2):
            value *= _SCALES[scale]
        return float(value)
    whole, point, fraction = folded.partition("点")
    if not whole or any(char not in DIGITS and char not in _SCALES for char in whole):
        return None
    scale = Decimal(1)
    while point and fraction and fraction[-1] in _SCALES:
        scale *= _SCALES[fraction[-1]]
        fraction = fraction[:-1]
    value = Decimal(_whole(whole))
    if point:
        value += Decimal("0." + "".join(str(DIGITS[char]) for char in fraction if char in DIGITS))
    return float(value * scale)


def _whole(text: str) -> int:
    """A whole number in characters: positional (二〇一七) or with scales (三千三百零九, 十万)."""
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total = section = 0
    digit: int | None = None
    last = 1
    for char in text:
        if char in DIGITS:
            digit, last = DIGITS[char], last if DIGITS[char] else 1
            continue
        scale = _SCALES[char]
        if scale >= 10_000:
            total = (
                (total + section + (digit or 0)) * scale if total < scale else total + (section + (digit or 0)) * scale
            )
            section, digit = 0, None
        else:
            section += (1 if digit is None else digit) * scale
            digit = None
        last = scale
    # 三万五 is 35000: a last digit right after a scale counts tenths of it.
    return total + section + (digit or 0) * (last // 10 if digit and last >= 100 else 1)


def _mention(folded: str, found: re.Match[str]) -> NumberMention | None:
    start, end = found.span()
    before = folded[max(0, start - 6) : start]
    about = bool(_ABOUT.search(before))
    if found["many"]:
        scale = found["scale"] or found["scale3"]
        value = (parse_number("一" + scale) or 0.0) if scale else 0.5
        return NumberMention(start, end, value, found["unit0"] or "", bool(scale))
    if found["per"]:
        unit = "%" if found["per"] == "百分之" else "‰"
        low, high = parse_number(found["part"]), parse_number(found["part2"]) if found["part2"] else None
        return None if low is None else NumberMention(start, end, low, unit, about or bool(found["after0"]), high)
    if share := found["share"] or found["share2"]:
        part, whole = parse_number(share), parse_number(found["whole"] or found["whole2"])
        return NumberMention(start, end, part / whole, "", about) if part and whole and part < whole else None
    if _NOT_BEFORE.search(before) or (before[-1:] == "." and folded[start].isdigit()):
        return None
    return _plain(folded, found, about)


def _plain(folded: str, found: re.Match[str], about: bool) -> NumberMention | None:
    low_text, high_text, unit = found["low"].strip(), found["high"], found["unit"] or found["sign1"] or ""
    end = found.end()
    if _is_date(folded, found) or not (unit or low_text[0].isdigit() or _is_composite(low_text)):
        return None
    if unit == "对" and folded[end : end + 1] == "一":  # 一对一
        return None
    if high_text and not (unit or found["scale2"]):  # 010-12345 is no range
        high_text, end = None, found.end("sign1") if found["sign1"] else found.end("low")
    scale = _SCALES[found["scale2"]] if found["scale2"] else 1
    low, high = _neighbours(low_text)
    if low is None:
        return None
    half = found["more2"] == "半"
    if high_text:
        high = parse_number(high_text)
        shared = re.search("[十百千万亿]+$", high_text.strip())
        if high is not None and shared and low_text[-1] not in _SCALES and low < high:
            low *= parse_number("1" + shared.group()) or 1
    more = found["more"] or (found["more2"] and not half) or found["after"]
    approximate = about or bool(more) or (high is not None and not high_text)
    return NumberMention(
        found.start(),
        len(folded[:end].rstrip()),
        (low + half / 2) * scale,
        unit.replace("(", "").replace(")", ""),
        approximate,
        None if high is None else high * scale,
    )


def _neighbours(text: str) -> tuple[float | None, float | None]:
    """The value of a number; of 四五万 the two that it lies between."""
    pair = re.fullmatch(r"([十]?)([一二两三四五六七八])([二三四五六七八九])([十百千万亿]*)", text)
    if pair and DIGITS[pair[3]] == DIGITS[pair[2]] + 1:
        ends = [parse_number(pair[1] + pair[place] + pair[4]) for place in (2, 3)]
        return ends[0], ends[1]
    return parse_number(text), None


def _is_composite(text: str) -> bool:
    """Whether a number in characters can stand without a unit: 三千三百零九, but not 一 or 十."""
    return len(text) >= 3 and any(char in _SCALES for char in text) and any(char in DIGITS for char in text)


def _is_date(folded: str, found: re.Match[str]) -> bool:
    low = found["low"].strip()
    year = re.fullmatch(r"(?:1[89]|20)\d\d|[零〇一二三四五六七八九]{4}", low)
    if year and (found["unit"] == "年" or (found["high"] and _DATE_PART.match(folded, found.end("high")))):
        return not found["more"]
    if _DATE_PART.match(folded, found.end("low")) and folded[found.end("low")] in "月号":
        return True
    return found["unit"] == "日" and not found["more"]
