"""A question about several places or facts as one question about each: what each is asked, a comparison taken apart.

Rules about Chinese question words; the places are given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from povqa.reader.question import kind_of, last_question
from povqa.types import Kind

MAX_SIDES = 4  # each is read for itself, which takes its time
# 哪个的贫困村多 asks for both numbers, 哪个脱贫早 for both dates; 县长 and 增长 compare nothing, nor does 提高.
_COMPARED = re.compile("哪(?:一)?(?:个|边|里|儿|家)|谁|是不是|^比(?:较|起来)?,?|^相比,?|比(?![例重率])")
_MORE = re.compile(
    "(?:得|要|更|比较|最|还|是不是)*(?<![至减缺不多])"
    "(多|少|(?<!提)高|(?<!降)低|(?<![扩加重壮])大|小|(?<![省市县区镇乡村队校组会局科部处院事家班增成])长|短|早|晚)"
    "(?:一?些|一?点儿?)?[吗呢啊呀]?$"
)
_HOW = {
    **dict.fromkeys("多少", "有多少"),
    **dict.fromkeys("高低大小长短", "是多少"),
    **dict.fromkeys("早晚", "是什么时候"),
}
_BESIDE = re.compile("^(?:比起|相比|对比|比较)")
_AND = "和|与|跟|同|、|以及|还有"
_NO_WORD = "[^,;。?、和与跟同]"
# 两个县 behind the places, and words that make of one question several.
_EACH = re.compile(
    "[两俩三四]个?(?:地方?|[省市县区镇乡村])|哪(?:一)?(?:个|边|里|儿)|分别|各自?|都|(?<=[省市县区镇乡村])谁"
)
# 甲村的茶和乙村的果各种了多少亩, but not 各县 and 各类.
_APART = re.compile(
    rf"({_NO_WORD}{{2,12}}?(?:(?:{_AND}){_NO_WORD}{{2,12}}?)+)(?:[两俩三四]个?[地省市县区镇乡村家])?,?"
    r"(?:分别|各自?(?!个|省|市|县|区|地|级|类|项|方|界|族|村))(.+)"
)
_FACTS = (Kind.NUMBER, Kind.DATE, Kind.PERSON, Kind.PLACE, Kind.ORGANISATION)
_ASKS = re.compile("[多几谁哪啥怎咋何]|什么|how|wh")
_CALLED = re.compile("叫(?:什么|啥)(?:名字?)?$")
# What only explains the asking before it: 我听说几千亿, 不是涨了多少, 原因出在哪.
_ASIDE = re.compile("^(?:不是|不要|不算|我|听|据|原因|到底|究竟|也就是|大概|具体)|说的$")


def sides(normalised: str, places: Sequence[str]) -> list[str]:
    """A question about a few places as one question for each; [] where it is about one, or cannot be taken apart.

    临沭和凌云各有多少贫困村 becomes 临沭有多少贫困村 and 凌云有多少贫困村.

    :param places: the places it names, in their order.
    """
    found = list(dict.fromkeys(_sides(last_question(normalised), places))) if len(places) > 1 else []
    return found if 1 < len(found) <= MAX_SIDES else []


def askings(normalised: str) -> list[str]:
    """A question that asks for a few facts as one question for each, the later to be read behind the first; [] for one.

    种了多少亩,一亩能挣多少 becomes 种了多少亩 and 一亩能挣多少; 甲村的茶和乙村的果各多少亩 becomes 甲村的茶多少亩 and
    乙村的果多少亩.
    """
    asked = last_question(normalised)
    if apart := _APART.match(asked):
        names, rest = re.split(_AND, apart[1]), _clauses(apart[2])[:1]
        found = [name + clause for name in names for clause in rest]
    else:
        found = _clauses(asked)
        if any((kind_of(c) not in _FACTS and not _CALLED.search(c)) or _ASIDE.search(c) for c in found):
            return []
    return found if 1 < len(found) <= MAX_SIDES else []


def _clauses(asked: str) -> list[str]:
    return [clause.strip() for clause in re.split(r"(?<!\d),|,(?!\d)|[;。?]", asked) if clause.strip()]


def _sides(asked: str, places: Sequence[str]) -> list[str]:
    clauses = _clauses(asked)
    owners = [[place for place in places if place in clause] for clause in clauses]
    apart = len(clauses) > 1 and all(len(own) == 1 for own in owners)
    if apart and all(map(_ASKS.search, clauses)) and not _BESIDE.match(asked):
        return clauses
    names = "|".join(map(re.escape, sorted(places, key=len, reverse=True)))
    name = rf"(?:{names})(?:省|市|县|区|镇|乡|村)?"
    if each := re.match(rf"({name}{_NO_WORD}{{1,10}}(?:(?:{_AND}){name}{_NO_WORD}{{1,10}})+),?(?:分别|各)(.+)", asked):
        # 双井镇的李子和榔坪镇的木瓜各种了多少亩,哪个多: what is compared follows from the numbers.
        rest = _clauses(each[2])[0]
        return [part + rest for part in re.split(rf"(?:{_AND})(?={name})", each[1])]
    joined = re.search(rf"{name}(?:(?:{_AND}|比起?|还是|,| and | or ){name})+", asked)
    if not joined:
        return []
    parts = re.findall(name, joined.group())
    before, rest = _BESIDE.sub("", asked[: joined.start()]), asked[joined.end() :].rstrip("?")
    if _COMPARED.search(joined.group() + rest) and (more := _MORE.search(rest)):
        rest = _COMPARED.sub("", rest[: more.start()]) + _HOW[more[1]]
    rest = _EACH.sub("", rest)
    return [before + part + rest for part in parts]
