"""The lines around a title that say where and when an article appeared, and by whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from povqa.text.normalise import normalise

_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})(?:\s*日|(?!\d|\s*日))"
)
_RUN_TOGETHER = re.compile(r"(?<!\d)(20\d{2})(\d{2})/(\d{2})(?=\d{2}:\d{2})")  # 202308/0818:36:53
_TIME = re.compile(r"(?<!\d)\d{1,2}\s*[:时]\s*\d{2}(?:\s*[:分]\s*\d{2}秒?)?分?")
_SOURCE = re.compile(r"(?:信息|文章|新闻|稿件)?(?:来\s*源|稿源|出处|转自)(?:于|自)?\s*[:]\s*")
_AUTHOR = re.compile(r"(?:作\s*者|记\s*者|通讯员|撰稿|文字|撰文|文)\s*[:/]\s*")
_OTHER = re.compile(
    r"(?:责任编辑|责编|编辑|编审|校对|审核|发布(?:时间|日期|人|单位)?|(?:更新|时间|日期)(?:时间)?|(?:发表|发稿|录入|上传)(?:时间|日期)?|点击(?:数|量|率)?|浏览(?:次数|量)?|阅读(?:次数|量|数)?|访问(?:次数|量)?"
    r"|字号|字体|分类|栏目|索引号|关键[词字]|标签|类型|浏览字号|视力保护色|保护视力色|评论)\s*[:]\s*"
)
_URL = re.compile(r"(?:https?://|www\.)[\w./?=&%#-]+")
_SPAM = re.compile(
    r"为什么|怎么|如何|哪[里个]|吗|[?!。,;]|\d{3}|注册|下载|登录|网址|打不开|彩票|投注|娱乐城|赌|博彩|官方网站|bet|casino",
    re.I,
)
_FILLERS = re.compile(r"星期[一二三四五六日天]|[上下]午|发布|\d+次?|[大中小]")
_LEFT_OVER = re.compile(r"[^\s|,:/·()\[\]【】<>\-a-z]")
_VALUE = re.compile(r"[^\s|·]+(?:\s+(?!\d|[^\s:]{1,6}:)[^\s|:]+)*")


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says; None where it is silent."""

    source: str | None = None
    author: str | None = None
    published: str | None = None  # YYYY-MM-DD
    url: str | None = None

    def filled_with(self, other: Header) -> Header:
        """This header, its gaps filled from another."""
        return replace(
            self,
            source=self.source or other.source,
            author=self.author or other.author,
            published=self.published or other.published,
            url=self.url or other.url,
        )


def find_date(text: str) -> str | None:
    """The first full date in `text`, as YYYY-MM-DD."""
    folded = normalise(text)
    for found in (*_RUN_TOGETHER.finditer(folded), *_DATE.finditer(folded)):
        try:
            return date(*(int(part) for part in found.groups())).isoformat()
        except ValueError:  # 2017-13-40 is some other number
            continue
    return None


def plausible_source(name: str) -> str | None:
    """`name` if it can be the name of a medium or an office; None for advertising put in its place."""
    name = name.strip(" |-—:：　")
    return name if 2 <= len(name) <= 30 and not _SPAM.search(normalise(name)) else None


def read_header(line: str) -> Header | None:
    """Read a header line such as `2017年03月22日 来源:百色新闻网 作者:姚秀权`; None if the line is anything else.

    A line is one only if nothing is left of it once its date, fields and address are taken away.
    """
    if len(line) > 200:
        return None
    folded = normalise(line)
    if "。" in folded:
        return None
    rest = list(folded)
    fields = {"source": _field(_SOURCE, line, folded, rest), "author": _field(_AUTHOR, line, folded, rest)}
    while _field(_OTHER, line, folded, rest) is not None:
        folded = "".join(rest)
    folded = "".join(rest)
    for pattern in (_URL, _RUN_TOGETHER, _DATE, _TIME):
        folded = pattern.sub(" ", folded)
    if _LEFT_OVER.search(_FILLERS.sub(" ", folded)):
        return None
    url = _URL.search(line)
    published = find_date(line)
    if not (published or any(value is not None for value in fields.values())):
        return None
    return Header(
        source=plausible_source(fields["source"]) if fields["source"] else None,
        author=fields["author"] or None,
        published=published,
        url=url.group() if url and re.search(r"[^/:]/\w", url.group()) else None,
    )


def _field(label: re.Pattern[str], line: str, folded: str, rest: list[str]) -> str | None:
    """The value after a label; both are blanked out of `rest`. "" for an empty value, None for no label."""
    found = label.search("".join(rest))
    if found is None:
        return None
    start = end = found.end()
    value = _VALUE.match(folded, start)
    if value and not _OTHER.match(folded, start) and not _SOURCE.match(folded, start):
        end = value.end()
        for pattern in (_DATE, _OTHER, _SOURCE, _AUTHOR):
            inside = pattern.search(folded, start, end)
            if inside:
                end = inside.start()
    rest[found.start() : end] = " " * (end - found.start())
    return line[start:end].strip(" |　")
