"""What a question asks: its kind, its unit, its years, whether it goes across articles or leans on the one before.

Rules about Chinese (and a little English) question words; nothing here knows the corpus.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from povqa.text.dates import find_dates
from povqa.types import Kind

JOIN = " || "  # between the questions of a chat, as the reader was trained to read them

_UNIT_WORDS = (
    "平方公里|平方米|公斤|千克|块钱|个|名|位|人|户|家|元|万|亿|亩|公里|里|米|斤|吨|头|只|棵|株|村|县|乡|镇|次|场|期|批|年|天|月|岁|项|条|座|间|套|种|处|所|"
    "支|对|倍|成|平方|平米|公顷|度|分|厘|钱|面积|人口|比例|百分"
)
_RARER = (
    "块|轮|回|届|起|本|栋|辆|架|段|张|秒|口|台|件|股|份|片|册|艘|幢|盏|眼|封|篇|幅|首|趟|根|匹|层|班|"
    "类|级|步|样|招|箱|毛|门|路|颗|省|瓶|袋|小时|分钟|大(?=[类块步样招])"
)
# What stands in the text instead; "" where it could be anything.
_UNITS = {
    **{"钱": "元", "块钱": "元", "名": "人", "位": "人", "人口": "人", "平米": "平方米", "比例": "%", "百分": "%"},
    **{"万": "", "亿": "", "面积": "", "成": ""},
}
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.LIST,
        r"哪些|哪\d+|都.{0,2}(?:哪(?!一?[年天月日])|谁|什么(?!时)|啥(?!时))|哪(?:几|两|三|四|五|六|七|八|九|十)(?!个?[年天月日])|哪俩|有啥(?!用)|都有(?:谁|什么|啥)|分别(?:是|为|叫|有|在)|包括(?:什么|啥|谁)|"
        r"都(?:是|叫|做|干|发|送|种|养|建|给)了?(?:谁|什么|啥)|(?:什么|啥)和(?:什么|啥)|"
        r"which (?:[a-z]+s|ones)\b|what are\b|list ",
    ),
    (
        Kind.DATE,
        r"什么时[候间]|啥时[候间]?|何时|几时|哪(?:[一几两三])?(?:年|天|日|月|个月|会儿)|哪个?(?:时候|时期|时间段?|学期|朝代|年代)|几(?:月|号|几年)|"
        r"几点(?!几|建议)|多咱|(?:什么|啥)(?:日子|年份|年月|年代|时期)|(?:出生)?年月$|"
        r"(?<!长)时间$|日期|年份|\bwhen\b|what (?:year|date|day|month|time)|which (?:year|month|day|date)|^date of",
    ),
    (
        Kind.NUMBER,
        rf"多少(?!年(?:前|后)?开始)|几多|(?<![前这那近后十好数])几(?={_UNIT_WORDS}|{_RARER}|分之|千|百|十|成|折)|(?<=[第])几|多(?:大|长|高|远|宽|重|深|久|厚)|"
        r"(?:户数|人数|次数|个数|村数|总数|比例|比率|率|占比|面积|人数|数量|总数|金额|年纪|年龄|岁数|价格|海拔|产量|产值|收入)(?:是|有|到|达|为|怎么样|如何)?$|百分之几|"
        r"how (?:many|much|old|long|far|large|big|high|tall)|what (?:percent|proportion|share|number|area|amount)|"
        r"percentage|^(?!.*\b(?:which|who|where|when|why|how|name)\b).*\b(?:population|number|share|rate|ratio|coverage|"
        r"incidence|altitude|per capita|total|average|gdp)\b",
    ),
    (
        Kind.DEFINITION,
        r"什么是|啥是|何谓|何为|(?:是|指|指的是|叫)(?:个)?(?:什么|啥)意思|(?:什么|啥)(?:意思|含义|概念)|(?:指|指的是|说的是|指的)(?:什么|啥)|"
        r"怎么(?:理解|解释)|是(?:个|种|一种)?(?:什么|啥)(?:样的?)?.{0,3}$|"
        r"what (?:does|do) .* (?:mean|stand)|what (?:is|are) (?:the )?[\"']|definition|meaning",
    ),
    (
        Kind.PERSON,
        r"谁|哪(?:一)?位|何人|什么人|(?:书记|村长|主任|队长|局长|县长|市长|记者|作者|负责人|干部|董事长|经理|老板|村民|农户|贫困户|带头人|户主|通讯员|校长|主席|代表|老人|大爷|大妈|媳妇|老师|支书|[员农工夫匠]|老汉|小伙|姑娘|大姐|大哥|夫妇|教授|院士)"
        r"(?:的)?(?:叫什么|叫啥|姓什么|姓啥|是哪个|名字|姓名|的名字)|叫(?:什么|啥)名(?!的?(?:村|县|镇|乡|公司|企业|社|产品|品牌|活动|项目))|\bwho(?:se|m)?\b",
    ),
    (
        Kind.ORGANISATION,
        r"哪(?:一)?(?:家|个(?:单位|部门|公司|企业|机构|集团|学校|大学|学院|合作社|组织|局|委|厅|院|银行|媒体|协会|基金|厂|队|团体))|"
        r"(?:什么|啥)(?:单位|部门|公司|企业|机构|集团|学校|大学|学院|组织|银行|媒体|协会|合作社|厂)|谁家的?(?:公司|企业)|"
        r"which (?:company|organi[sz]ation|agency|department|university|school|bank|unit)|"
        r"what (?:company|organi[sz]ation|department|university|bank)",
    ),
    (
        Kind.PLACE,
        r"哪(?:里|儿|块|片|边)|在哪|到哪|去哪|哪(?:一)?个?(?:地方|省|市|县|区|州|镇|乡|村|屯|街道|社区|山区|园区|地区|省份|城市)|"
        r"(?:什么|啥)(?:地方|村|镇|县|省|位置|地点)|地点|位置|\bwhere\b|"
        r"which (?:county|village|town|city|province|place|district|township)|"
        r"what (?:county|village|town|city|province|place)",
    ),
    (
        Kind.HOW_WHY,
        r"怎么|怎样|咋|如何|为(?:什么|啥|何)|凭(?:什么|啥)|靠(?:什么|啥)|原因|缘故|办法|做法|措施|(?:有|起)(?:什么|啥)(?:用|作用|效果|好处|影响|变化|成效)|\bwhy\b|\bhow\b",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)

_SEVERAL = re.compile("些(?:什么|啥)|[两三四五六七八九](?:个|条|项|种|类|样|件|大|招|方面|句|组|步|块)")
_PLACE_WORD = r"(?:地方|地区|省|市|县|区|州|镇|乡|村|街道|省份|城市|县市)"
_ACROSS = re.compile(
    rf"(?:哪些|哪几个|各个?|每个){_PLACE_WORD}(?!民)|各地|(?:和|与|跟|同|、|还是|比).{{1,12}}(?:哪个|哪边|哪里|谁|哪一个)(?:更|比较|的|最)?|"
    r"(?:分别|各自|各)(?:是|有|为)?多少|对比|相比|which (?:places|counties|villages|towns)|compared?"
)
_SPOKEN_YEAR = re.compile(r"(?<![0-9零〇一二三四五六七八九十百千万])(?:二[零〇])?([一二])([零〇一二三四五六七八九])年")
_SHORT_YEAR = re.compile(r"(?<![\d了过近满达整])([012]\d)年(?!前|后|间|来|以|内|多|期|的?时间)")
# 多少村民 does not count villages.
_UNIT = re.compile(
    rf"(?:多少|几个?)(?:[十百千]*[万亿])?(?={_UNIT_WORDS})(钱|村(?![民里干官])|年(?![轻级龄])|家(?![庭长])|(?![村年家])(?:{_UNIT_WORDS}))"
)
_NO_NAME = re.compile("[的了是在和与有哪那这几多少各每全该本某个些两一二三四五六七八九十省市县乡镇村]")
_COUNT = r"[两俩三四五六七八九十]|\d{1,2}"
_DIGITS = "零一二三四五六七八九"
# What gives each its own: not the noun (有什么分别), not 各县, 各级 and 各负其责.
EACH = "(?:(?<![么啥有没])分别(?!$)|各自|各(?!种[^了多几]|[个省市县区镇乡村州地级类项方界族行负司尽]))"
_PLURAL = r"(?:\w+s|people|children|mu)"
_ANAPHOR = re.compile(
    r"^(?:那么?|那边|那里|那个|那些|它|他|她|这|其中|其|具体|还有|另外|后来|结果|然后|再|又|为(?:什么|啥)|怎么|咋|谁|什么时候|哪|多少|几|和|跟|换成|"
    r"and |what about|how about|then |why|where|when|who|how many|how much)|"
    r"(?:呢|咧)$|(?:它|他|她|这个|那个|这些|那些|该|上述|前者|后者|同一|当时|那年|当年|对方|此事|\bit\b|\bthey\b|\btheir\b|\bhe\b|\bshe\b|\bhis\b|\bher\b|\bits\b|\bthere\b|\bthat\b)"
)
# 谢谢 asks nothing, and so nothing about what was asked before.
_COURTESY = re.compile(
    r"(?:谢谢|多谢|感谢|好的?|嗯|哦|行|知道了|明白了?|再见|拜拜|你好|您好|辛苦了?"
    r"|thanks?|thank you|ok|okay|hello|hi|bye)[你您啦了哈啊呀哦,~ ]*"
)
# 那凌云县呢: another place, the same question.
_REPLACES = re.compile(r"(?:呢|咧)$|^(?:换成|and |what about|how about)")
_LEANS = re.compile(r"(?:呢|咧)$|^(?:那|它|他|她|其中|具体|换成|和|跟|还有|另外|and |what about|how about)")
_FUNCTION = re.compile(
    r"请问|告诉我|我想(?:知道|问)|(?:能|可以)不能?(?:说说|讲讲)|到底|究竟|一共|总共|大概|大约|多少钱?|几(?=[个名位户家亩项条座头只次场期批岁])|哪(?:些|几个?|里|儿|个|家|位|年|天|一年|一天)?|"
    r"什么(?:时候|时间|地方|人|样)?|啥(?:时候|地方|人)?|为(?:什么|啥|何)|怎么(?:样|回事)?|怎样|咋(?:样|就|会)?|如何|谁|多(?:大|长|高|远|久)|是不是|有没有|[吗呢吧啊呀嘛呗啦哦嘞咧了的么]"
)


def last_question(text: str) -> str:
    """The question itself, without the ones before it that were put in front."""
    return text.rpartition(JOIN)[2]


def kind_of(normalised: str) -> Kind:
    """What the question asks for."""
    asked = last_question(normalised).strip(" ?。!.,")
    if _SEVERAL.search(asked) and not re.search("多少|几", asked):
        return Kind.LIST
    for kind, pattern in _COMPILED:
        if pattern.search(asked):
            # 哪些年 wants dates, but all of them: a list it stays.
            return kind
    if asked.endswith(("呢", "咧")) and JOIN in normalised:
        return kind_of(normalised.rpartition(JOIN)[0])
    return Kind.OTHER


def units_of(normalised: str) -> list[str]:
    """The units that each 多少 and 几 asks for: 户 and 人 of 多少户多少人; "" is one that says nothing (多少万)."""
    return [_UNITS.get(found[1], found[1]) for found in _UNIT.finditer(last_question(normalised))]


def unit_of(normalised: str) -> str:
    """The unit that the first of them asks for, or "" where it names none."""
    return next(iter(units_of(normalised)), "")


def count_of(normalised: str) -> int:
    """How many things a question for a list expects: 4 of 哪四类人, 0 where it does not say."""
    asked = last_question(normalised).rstrip("?")
    found = re.search(rf"(?<=哪)({_COUNT})", asked) or re.search(
        rf"({_COUNT})(?=[个项类种大级样化点条家户方]|$)", asked
    )
    if not found:
        return 0
    return (
        int(found[1]) if found[1].isdigit() else 2 if found[1] in "两俩" else "一二三四五六七八九十".index(found[1]) + 1
    )


def numbers_wanted(normalised: str) -> int:
    """How many numbers of a sentence a question asks for: 2 of 多少户多少人, and of 甲和乙各多少; of 各县多少 one."""
    asked = last_question(normalised)
    words = len(re.findall("多少|几(?!乎)|多[长高远重宽深大](?!事|学|概)|how (?:many|much)", asked))
    if named := re.search(rf"how many (?:\w+ ){{0,2}}{_PLURAL}(?:, {_PLURAL})*,? and {_PLURAL}\b", asked):
        words += 1 + len(re.findall(", (?!and)", named[0]))
    each = re.search(EACH, asked)
    return max(words, 2 + len(re.findall("、", asked[: each.start()])) if each else 1)


def is_across(normalised: str) -> bool:
    """Whether it asks about several places or articles at once."""
    return bool(_ACROSS.search(last_question(normalised)))


def county_stems(normalised: str) -> list[str]:
    """The two characters before 省, 市, 县, 乡 or 镇, where they may be a name: 蒙阴 of 蒙阴县, not 哪些 of 哪些县."""
    return [
        found[1] for found in re.finditer(r"(?=([一-鿿]{2})[省市县乡镇])", normalised) if not _NO_NAME.search(found[1])
    ]


def spell_years(normalised: str) -> str:
    """Spoken years in digits: 一七年 and 17年 become 2017年."""

    def digits(found: re.Match[str]) -> str:
        return f"20{_DIGITS.index(found[1])}{_DIGITS.index(found[2].replace('〇', '零'))}年"

    return _SHORT_YEAR.sub(r"20\1年", _SPOKEN_YEAR.sub(digits, normalised))


def years_in(normalised: str) -> tuple[int, ...]:
    """The years that the question names."""
    return tuple(dict.fromkeys(m.year for m in find_dates(last_question(normalised)) if m.year is not None))


def leans(normalised: str, *, names_place: bool, strange: bool = False) -> bool:
    """Whether a question cannot be understood without the one before it.

    :param names_place: whether it names a place of the corpus itself.
    :param strange: whether it speaks of what the corpus never does; then being short does not make it a follow-up.
    """
    asked = normalised.rstrip(" ?。!")
    if is_courtesy(normalised):
        return False
    if names_place:
        return bool(_REPLACES.search(asked))
    if _LEANS.search(asked):
        return True
    return not strange and (bool(_ANAPHOR.search(normalised)) or len(content(normalised)) <= 6)


def is_courtesy(normalised: str) -> bool:
    """Whether it is thanks, a greeting or the like, and no question."""
    return bool(_COURTESY.fullmatch(normalised.strip(" ?。!")))


def with_history(normalised: str, history: Sequence[str], *, names_place: bool, strange: bool = False) -> str:
    """The question behind those that it leans on, ` || ` between them; alone where it stands alone.

    :param history: the questions before, normalised, oldest first.
    """
    if not history or not leans(normalised, names_place=names_place, strange=strange):
        return normalised
    parts = [history[-1]]
    if len(history) > 1 and leans(history[-1], names_place=False):
        parts.insert(0, history[-2])
    return JOIN.join([*parts, normalised])


def content(normalised: str) -> str:
    """The question without question words and particles: what a sentence about it may share."""
    return _FUNCTION.sub(" ", normalised.replace("||", " ")).strip(" ?。!,.")
