"""Names of provinces, cities and counties in an article, and which of them it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北"
    "|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_PROVINCE = re.compile(rf"(?:{_PROVINCES})(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|省|市(?!场|民|面|区|级|委|值|价))?")
_LEVELS = ("county", "city", "province")  # the order in which a chain is built
_ENDS = "省市县区州旗盟"
_UNITS = {"市": "city", "州": "city", "县": "county", "区": "county", "旗": "county"}
_OFFICE = re.compile("([市县区州旗])(?:委|政府|政协|长|级|扶贫|人大|里$)")
_COUNTY = re.compile(r"[\u4e00-\u9fff]{1,12}(?:自治县|[县旗]|(?<!地)区)")
_CITY = re.compile(
    r"[\u4e00-\u9fff]{1,10}(?:自治州|[市州盟])|(?:大兴安岭|阿里|塔城|阿勒泰|喀什|和田|阿克苏|那曲|毕节|铜仁)地区"
)
# Common nouns that end like names: 贫困县, 示范区, 库区, 超市.
_AREAS = (
    "山|景|园|林|牧|库|灾|社|片|城|郊|校|厂|矿|藏|特|专|灌|滩|池|道|新|禁|军|战|小|辖|管|边|水|盲|误|农|时|街|老|核心|沿海|革命老"
    "|贸易|经开|棚户|苏|保护|开发|高新|示范|经济|自治|行政|安置|居住|生活|服务|产业|工业|种植|养殖|试验|实验|功能|旅游|风景"
)
_MARKETS = "超|城|都|集|闹|门|股|夜|早|楼|上|菜|入|县级|地级|省会|直辖|中心"
_NOT_NAMES = re.compile(
    rf"^(?:来自|走进|位于|国家级|省级|示范)|贫困|[村国]$|省区|地州|区市$|^(?:美丽|青春)$"
    rf"|(?:试点|重点|聚集|聚居|摘帽|脱贫|较多|边境|[强大小])县$|(?:聚集|聚居|深度|[县区])区$|(?:{_AREAS})区$|(?:{_MARKETS})市$"
    r"|[产非欧美亚澳]洲$|[联同结]盟$|[红党国军锦彩大战令升]旗$"
)
_DATELINE = re.compile(r"[\u4e00-\u9fff]{2,3}\d{1,2}月\d{1,2}日(?=[^，。\n]{0,8}电)")  # where the reporter sat
TITLE_WEIGHT = 3
LEAD_WEIGHT = 2
_LEAST = 3


def find_place(title: str, paragraphs: Sequence[str], hints: str = "") -> tuple[str, ...]:
    """The province, city and county that an article is about, from the largest down, as far as it names them.

    A name counts by how often it stands in the article, more in the title and the lead. A name is taken only if it
    counts enough and more than any other of its level, or stands right before the smaller one taken.

    :param hints: what names the place beside the article, such as a local newspaper; a name without 市 or 县 counts
        only if it stands there too.
    """
    body = body_of(paragraphs)
    lead = body[:200].partition("\n")[0]
    scores: dict[str, Counter[str]] = {level: Counter() for level in (*_LEVELS, "bare")}
    parents: Counter[tuple[str, str]] = Counter()
    for text, weight in ((title, TITLE_WEIGHT), (lead, LEAD_WEIGHT), (body, 1)):
        previous: tuple[str, str, int] | None = None
        for level, name, start, end in _mentions(text):
            scores[level][name] += weight
            if previous and previous[2] == start and previous[0] != level:
                parents[previous[1], name] += 1
            previous = (level, name, end)
    bare = scores.pop("bare")
    for name in bare:
        if unit := re.search(rf"{re.escape(name)}([市县州旗])", body):
            scores[_UNITS[unit.group(1)]][unit.group()] += 0
    chain = _chain({level: _settled(counts, bare) for level, counts in scores.items()}, parents)
    if len(chain) < 2 and bare and not scores["county"] and not scores["city"]:
        name, score = bare.most_common(1)[0]
        if score > TITLE_WEIGHT and name in title and name in hints:
            return (*chain, name)
    return chain


def body_of(paragraphs: Sequence[str]) -> str:
    """The text without the place where the reporter sat."""
    return _DATELINE.sub("", "\n".join(paragraphs))


def _mentions(text: str) -> list[tuple[str, str, int, int]]:
    """(level, name, start, end) of each name, in order."""
    import rjieba

    found: list[tuple[str, str, int, int]] = []
    offset = 0
    words = rjieba.tag(text) if text else []
    place = 0
    while place < len(words):
        word, tag = words[place]
        taken = 1
        # The dictionary knows 湘西 and 七星 but not 湘西州 and 七星关区: a suffix beside a name belongs to it.
        if (
            place + 1 < len(words)
            and re.fullmatch("州|县|市|旗|区|自治州|自治县|关区|地区", words[place + 1][0])
            and tag in ("ns", "nr", "nz", "nrt")
            and len(word) <= 6
            and word[-1] not in _ENDS
        ):
            word, tag, taken = word + words[place + 1][0], "ns", 2
        level_name = _level(word, tag)
        if (
            place + taken < len(words)
            and tag == "ns"
            and word[-1] not in _ENDS
            and (office := _OFFICE.match(words[place + taken][0]))
        ):
            level_name = _UNITS[office.group(1)], word + office.group(1)
        if level_name:
            found.append((*level_name, offset, offset + len(word)))
        offset += len(word)
        place += taken
    return found


def _level(word: str, tag: str) -> tuple[str, str] | None:
    """Which level a word names, and the name to count it by."""
    if not tag.startswith("n") or len(word) < 2:
        return None
    if _PROVINCE.fullmatch(word):
        return "province", word
    if (tag != "ns" and word[-1] not in _ENDS and not word.endswith("地区")) or _NOT_NAMES.search(word):
        return None
    if len(word) >= 3 and _COUNTY.fullmatch(word):
        return "county", word
    if len(word) >= 3 and _CITY.fullmatch(word):
        return "city", word
    return ("bare", word) if tag == "ns" else None


def _settled(counts: Counter[str], bare: Counter[str]) -> Counter[str]:
    """Counts with a short name added to the long one: 山东 to 山东省, 聊城 to 聊城市."""
    merged = Counter({name: sum(n for short, n in bare.items() if name.startswith(short)) for name in counts})
    for name, count in counts.items():
        longer = next((other for other in counts if other != name and other.startswith(name) and len(name) >= 2), name)
        merged[longer] += count
    return merged


def _chain(scores: dict[str, Counter[str]], parents: Counter[tuple[str, str]]) -> tuple[str, ...]:
    """The best name of each level, from the smallest up; a parent that stands right before its part goes first."""
    chain: list[str] = []
    for level in _LEVELS:
        counts = scores[level]
        if not counts:
            continue
        best, score = max(counts.items(), key=lambda item: (parents[item[0], chain[0]] if chain else 0, item[1]))
        rivals = sorted(counts.values(), reverse=True)[1:2]
        named = bool(chain) and parents[best, chain[0]] > 0
        least = 1 if named else _LEAST
        if level == "city" and chain and not named:
            continue
        if score >= least and (named or not rivals or score > rivals[0]):
            chain.insert(0, best)
    return tuple(chain)
