"""Title, source, author and date where no header line gives them: from the dateline, the byline and the text itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from povqa.corpus.header import Header, plausible_source

_MEDIUM = (
    r"(?:[\u4e00-\u9fff]{0,12}?(?:日报|晚报|早报|时报|都市报|青年报|者报|商报|企业报|报|网|社|在线|新闻网|电视台|客户端|新闻)"
    r"(?:网|客户端)?)"
)
_DATELINE = re.compile(
    rf"\s*(?P<source>{_MEDIUM})(?:[(（][^（）()]{{2,14}}[)）])?[^，。,；;!?]{{0,24}}?(?:专?电|讯|消息|报道|[)）]\s*[:：])"
)
_REPORTERS = re.compile(r"[(（]([^（）()。]{2,60})[)）]")
_ROLE = re.compile(
    r"(?:本报|本网|新华社|首席|全媒体|特约|见习|实习)*(?:记者|通讯员|实习生|作者|文[/:]|图[/:])[:：/\s]*"
)
_NAME = r"[\u4e00-\u9fff·]{2,4}"
_BYLINE = re.compile(
    rf"[(（]\s*(?:本报|新华社|央视)?(?:记者|通讯员|作者|文)?[:：/\s]*({_NAME}(?:[\s、]+{_NAME}){{0,4}})\s*[)）]"
)
_BRACKETED = re.compile(r"[(（][^（）()]+[)）]")
_OFFICE = re.compile("办|局|委|部|厅|处|组|会|院|社|报|台|府|完|中心")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤"
    "陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向申葛柴伍覃骆关焦柳欧祝纪尚毕耿芦左季管符辛苗詹曲欧靳祁路涂兰甘裴梅童翁霍游阮尤岳柯牟滕谷舒卜成饶宁凌盛查单冉鲍华包屈房喻解蒲卫简时连车项闵邬吉党阳司费蒙席晏隋古强穆姬申屠阚"
)
_TITLE_LEAST, _TITLE_MOST = 8, 60
# Words that open the first sentence of a news item, where the title ran into it.
_LEADS = re.compile(
    r"来源[:：]|文/|图/|近年来|近段时间|近几年|近期|近日|日前|连日来|今年|去年|目前|眼下|当前|盛夏|初夏|金秋|深秋|仲夏|隆冬|初春|春节|暑假|如今|自从|随着|“(?=[^”]{15})"
    r"|(?:\d{4}年|\d{1,2}月\d{1,2}日|\d{1,2}月(?:以来|份)|\d{1,2}日[,，上下])|为(?:了|深入|进一步|切实|全面|贯彻|落实|推动|推进|引导|发挥|做好|加快|充分|丰富|帮助|响应|积极|更好|庆祝|扎实|巩固|助力|促进)"
    r"|记者(?:从|\d)|(?:中新网|中新社|新华社|新华网|人民网|央视网|央广网|光明网|中国网|国际在线|本报|本网|中国[\u4e00-\u9fff]{2,4}[报网])"
    r"|(?:黑龙江|内蒙古|[\u4e00-\u9fff]{2})(?:日报|晚报|都市报|在线|晨报|商报)"
)


def dateline_header(lines: Sequence[str]) -> Header:
    """Source and author from the dateline that opens the body: 新华社济南5月26日电（记者王海鹰）.

    A dateline has no year, so no date is made up from it.
    """
    for line in lines[:6]:
        found = _DATELINE.match(line[:80])
        if found:
            source = plausible_source(found.group("source").removeprefix("据"))
            source = None if source in ("本报", "本网", "新闻") else source
            reporters = _REPORTERS.search(line[:120])
            names = _names(reporters.group(1)) if reporters else None
            return Header(source=source, author=names)
    return Header()


def _names(text: str) -> str | None:
    """The people in a dateline's brackets, without their roles; None if there are none."""
    people = " ".join(_ROLE.sub(" ", text).replace("、", " ").split())
    words = people.split()
    if not _ROLE.search(text) and not all(word[0] in _SURNAMES for word in words):
        return None  # (新闻联播)
    if not words or not all(2 <= len(word) <= 4 and not _OFFICE.search(word) for word in words):
        return None
    return people


def byline_author(lines: Sequence[str]) -> str | None:
    """The author from a last line like (张永琴), if the page has no other such line: several mean several articles."""
    found = [
        place for place, line in enumerate(lines) if len(line) <= 30 and re.fullmatch(r"[(（][^（）()]+[)）]", line)
    ]
    if len(found) != 1 or found[0] != len(lines) - 1:
        return None
    byline = _BYLINE.fullmatch(lines[-1])
    if byline is None:
        return None
    names = byline.group(1).replace("、", " ").split()
    return " ".join(names) if all(name[0] in _SURNAMES and not _OFFICE.search(name) for name in names) else None


def repeated_title_end(text: str) -> int | None:
    """Where a title ends that the text says twice in a row."""
    for end in range(_TITLE_LEAST - 2, _TITLE_MOST):
        if text[end:].lstrip().startswith(text[:end].strip()):
            return end
    return None


def glued_title_end(text: str) -> int | None:
    """Where a title that runs straight into the first sentence probably ends: before the words a lead opens with."""
    for found in _LEADS.finditer(text, _TITLE_LEAST, _TITLE_MOST + 20):
        title = text[: found.start()]
        if found.start() > _TITLE_MOST or "。" in title:
            return None
        if title.count("“") == title.count("”") and title.count("《") == title.count("》"):
            return found.start()
    return None


def fallback_title(paragraphs: Sequence[str]) -> str | None:
    """A title for a page without one: the beginning of its first sentence, without the dateline."""
    if not paragraphs:
        return None
    first = next((text for text in paragraphs if not text.endswith(("：", ":"))), paragraphs[0])
    text = re.sub(r"^[^\w“《【]+", "", first)
    opening = re.match(r"[^。，,]{0,40}?(?:电|讯|消息|报道)\s*(?:[(（][^（）()]*[)）])?\s*[:：]?", text)
    if opening and opening.end() < len(text):
        text = text[opening.end() :]
    sentence = re.split("[。！？!?\n]", text, maxsplit=1)[0].strip()
    if len(sentence) <= 32:
        return sentence or None
    cut = max(sentence.rfind(mark, 0, 32) for mark in "，,、；;")
    return (sentence[:cut] if cut >= 12 else sentence[:30]) + "…"
