"""The fields of an article, whatever a file calls them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from povqa.corpus.header import find_date
from povqa.corpus.readers.encoding import characters
from povqa.text.normalise import normalise

RECORD_SUFFIXES = (".jsonl", ".ndjson", ".csv", ".tsv")
FIELDS = {
    "text": ("text", "content", "正文", "内容", "body", "article", "文章内容", "文本", "全文", "新闻内容", "contents"),
    "title": ("title", "标题", "headline", "题目", "名称", "文章标题", "新闻标题", "题名"),
    "published": (
        *("published", "date", "发布时间", "日期", "发布日期", "时间", "publish_time", "pub_time", "pubdate", "time"),
        *("publish_date", "pub_date", "published_at", "datetime", "发表时间", "发表日期", "报道时间"),
    ),
    "source": ("source", "来源", "媒体", "出处", "site", "publisher", "media", "文章来源", "报纸"),
    "author": ("author", "作者", "记者", "authors", "byline"),
    "url": ("url", "链接", "网址", "link", "原文链接", "href", "地址"),
}
_DEEPEST = 8  # lists within lists
_IDS = ("id", "编号", "序号", "_id", "uuid", "news_id", "doc_id")


@dataclass(frozen=True, slots=True)
class Record:
    """One article of such a file.

    :ivar name: what to call it, the same when its text is corrected or the records before it change. Only records that
        have no number and share title, date, source and address share it.
    """

    text: str
    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: str | None = None  # YYYY-MM-DD
    url: str | None = None
    name: str = ""


def record_of(fields: Mapping[str, Any], mapping: Mapping[str, str] | None = None) -> Record | None:
    """An article from the fields of a line; None if it has no text."""
    folded = {_fold(key): value for key, value in fields.items() if isinstance(key, str)}
    found: dict[str, str | None] = {}
    for name, usual in FIELDS.items():
        asked = (mapping or {}).get(name)
        keys = (asked,) if asked else usual
        values = (_text(folded.get(_fold(key))) for key in keys)
        found[name] = next((value for value in values if value), None)
    text = found.pop("text")
    if text is None:
        return None
    found["published"] = _day(found["published"])
    url = found["url"]
    found["url"] = url if url and url.startswith(("http://", "https://")) else None
    number = next((value for key in _IDS if (value := _text(folded.get(_fold(key))))), None)
    return Record(text=text, name=_name(number, text, found), **found)


def _name(number: str | None, text: str, found: Mapping[str, str | None]) -> str:
    """By its number, else by its title, with a mark of what tells it from others of that title."""
    readable = re.sub(r"[^\w-]+", "_", number or found["title"] or "")[:40].strip("_")
    if number and readable == number:
        return number
    rest = [found[key] or "" for key in ("published", "source", "url")] if found["title"] or number else [text]
    mark = hashlib.sha256(
        "\0".join([number or "", found["title"] or "", *rest]).encode("utf-8", "replace")
    ).hexdigest()[:8]
    return f"{readable}-{mark}" if readable else mark


def _fold(name: str) -> str:
    return normalise(name).strip("\ufeff ").replace(" ", "_").replace("-", "_")


def _text(value: Any, depth: int = 0) -> str | None:
    """A field as text: paragraphs and authors may stand in a list."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (list, tuple)):
        parts = [text for part in value if (text := _text(part, depth + 1))] if depth < _DEEPEST else []
        return "\n".join(parts) or None
    if isinstance(value, (str, int, float)):
        return characters(str(value)).strip() or None
    return None


def _day(value: str | None) -> str | None:
    """A date as it is written, run together (20170504), or as seconds or milliseconds since 1970."""
    if value is None:
        return None
    if value.isdecimal() and len(value) == 8:
        return find_date(f"{value[:4]}-{value[4:6]}-{value[6:]}")
    if value.isdecimal() and len(value) in (10, 13):
        return datetime.fromtimestamp(int(value[:10]), UTC).date().isoformat()
    return find_date(value.replace("T", " "))
