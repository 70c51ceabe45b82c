"""A question about several places or facts as one question about each: what each is asked, a comparison taken apart.

Rules about Chinese question words; the places are given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from povqa.reader.question import EACH, kind_of, last_question
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
_TOGETHER = re.compile("[两俩三四]个?(?:地方|[省市县区镇乡村家])")  # 临沭和凌云两个县
_WHICH = re.compile(rf"哪(?:一)?(?:个|边|里|儿)|{EACH}|都|(?<=[省市县区镇乡村])谁")
_BETWEEN = "和|与|跟|同|、|以及|还有"  # two places
_AND = re.compile("、|以及|和(?![谐平解气])|(?<![参给赋授])与(?!会)|跟(?![着踪前])")  # two of anything: 参与, 合同
_APART = re.compile(rf"([^,;。?]{{4,60}}?),?{EACH}(.+)")
_LONGEST = 14  # characters of what is set beside another
_FACTS = (Kind.NUMBER, Kind.DATE, Kind.PERSON, Kind.PLACE, Kind.ORGANISATION)
_ASKS = re.compile("多少|几(?![十百千万乎])|谁|哪|什么|啥|怎|咋|何|多[大长高远重久]|呢$|how|wh")
_CALLED = re.compile("叫(?:什么|啥)(?:名字?)?$")
# What only explains or limits the asking beside it: 我听说几千亿, 不是涨了多少, 原因出在哪, 论面积.
_ASIDE = re.compile(
    "^(?:不是|不要|不算|不管|不论|无论|我|听|据|按|论|说到|关于|至于|除了|原因|到底|究竟|也就是|大概|具体)|说的$"
)


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
    asked = last_question(normalised).rstrip("?")
    found = list(dict.fromkeys(_apart(asked)))
    if not found:
        clauses = _clauses(asked)
        found = clauses if all(map(_asks_a_fact, clauses)) else []
    return found if 1 < len(found) <= MAX_SIDES else []


def _asks_a_fact(clause: str) -> bool:
    asks = _ASKS.search(clause) and not _ASIDE.search(clause)
    return bool(asks and (kind_of(clause) in _FACTS or _CALLED.search(clause)))


def _clauses(asked: str) -> list[str]:
    return [clause.strip() for clause in re.split(r"(?<!\d),|,(?!\d)|[;。?]", asked) if clause.strip()]


def _apart(asked: str) -> list[str]:
    """What is set beside each other and given its own by 各 or 分别, each with what is asked of it."""
    each = _APART.match(asked)
    if not each:
        return []
    names, clauses = _AND.split(each[1]), _clauses(each[2]) or [""]
    if len(names) < 2 or not all(1 < len(name) <= _LONGEST for name in names) or not _ASKS.search(clauses[0]):
        return []
    if any(_ASKS.search(clause) and not _COMPARED.search(clause) for clause in clauses[1:]):
        return []  # what is compared follows from the numbers, another fact does not
    return [name + clauses[0] for name in _with_what_they_share(names)]


def _with_what_they_share(names: list[str]) -> list[str]:
    """男生 and 女生的人数 as 男生的人数 and 女生的人数; 甲县 and 乙县两个县人口 as 甲县人口 and 乙县人口."""
    *others, last = names
    if together := _TOGETHER.search(last):
        own, shared = last[: together.start()], last[together.end() :]
    elif any("的" in name for name in others):
        return names
    else:
        own, of, shared = last.rpartition("的")
        shared = of + shared if shared else ""
    return [name + shared for name in (*others, own)] if own else names


def _sides(asked: str, places: Sequence[str]) -> list[str]:
    clauses = _clauses(asked)
    owners = [[place for place in places if place in clause] for clause in clauses]
    apart = len(clauses) > 1 and all(len(own) == 1 for own in owners)
    if apart and all(map(_ASKS.search, clauses)) and not _BESIDE.match(asked):
        return clauses
    names = "|".join(map(re.escape, sorted(places, key=len, reverse=True)))
    name = rf"(?:{names})(?:省|市|县|区|镇|乡|村)?"
    joined = re.search(rf"{name}(?:(?:{_BETWEEN}|比起?|还是|,| and | or ){name})+", asked)
    if not joined:
        found = _apart(asked)
        return found if all(any(place in one for place in places) for one in found) else []
    parts = re.findall(name, joined.group())
    before, rest = _BESIDE.sub("", asked[: joined.start()]), asked[joined.end() :].rstrip("?")
    if _COMPARED.search(joined.group() + rest) and (more := _MORE.search(rest)):
        rest = _COMPARED.sub("", rest[: more.start()]) + _HOW[more[1]]
    if together := _TOGETHER.match(rest):
        rest = rest[together.end() :]
    rest = _WHICH.sub("", rest)
    return [before + part + rest for part in parts]
