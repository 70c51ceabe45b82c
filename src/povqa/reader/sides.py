"""A question about several places as one question about each: what each is asked, a comparison taken apart.

Rules about Chinese question words; the places are given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from povqa.reader.question import last_question

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


def sides(normalised: str, places: Sequence[str]) -> list[str]:
    """A question about a few places as one question for each; [] where it is about one, or cannot be taken apart.

    临沭和凌云各有多少贫困村 becomes 临沭有多少贫困村 and 凌云有多少贫困村.

    :param places: the places it names, in their order.
    """
    found = list(dict.fromkeys(_sides(last_question(normalised), places))) if len(places) > 1 else []
    return found if 1 < len(found) <= MAX_SIDES else []


def _sides(asked: str, places: Sequence[str]) -> list[str]:
    clauses = [clause for clause in re.split(r"[,;。?]", asked) if clause.strip()]
    owners = [[place for place in places if place in clause] for clause in clauses]
    if len(clauses) > 1 and all(len(own) == 1 for own in owners) and not _BESIDE.match(asked):
        return clauses
    names = "|".join(map(re.escape, sorted(places, key=len, reverse=True)))
    name = rf"(?:{names})(?:省|市|县|区|镇|乡|村)?"
    joined = re.search(rf"{name}(?:(?:和|与|跟|同|、|以及|还有|比起?|还是|,| and | or ){name})+", asked)
    if not joined:
        return []
    parts = re.findall(name, joined.group())
    before, rest = _BESIDE.sub("", asked[: joined.start()]), asked[joined.end() :].rstrip("?")
    if _COMPARED.search(joined.group() + rest) and (more := _MORE.search(rest)):
        rest = _COMPARED.sub("", rest[: more.start()]) + _HOW[more[1]]
    rest = re.sub(r"哪(?:一)?(?:个|边|里|儿)|分别|各自?|都|(?<=[省市县区镇乡村])谁", "", rest)
    return [before + part + rest for part in parts]
