"""What a web page says of its article: title, source, author, date and address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from povqa.corpus.header import Header, find_date, plausible_source, read_header
from povqa.corpus.readers.encoding import characters
from povqa.corpus.readers.html_tree import has_no_blocks, short_text
from povqa.corpus.readers.names import people
from povqa.text.normalise import normalise

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

# The first five are the standard of Chinese government sites; the others are those of portals and of Open Graph.
_TITLES = ("articletitle", "og:title", "twitter:title", "title")
_DATES = (
    *("pubdate", "publishdate", "article:published_time", "og:release_date", "datepublished"),
    *("og:published_time", "weibo:article:create_at", "publish_time", "publishtime", "date"),
)
_SOURCES = ("contentsource", "source", "mediaid", "og:article:source")
_SITES = ("og:site_name", "sitename")
_AUTHORS = ("author", "article:author", "og:article:author")
_SAVED = re.compile(r"<!--\s*saved from url=\(\d{4,}\)\s*(\S+?)\s*-->", re.I)
_LABEL = re.compile(r"^(?:信息|文章|稿件)?(?:来\s*源|稿源|出处)\s*[:：]\s*")
_PLATFORMS = re.compile("公众平台|公众号|微信|头条号|百家号|搜狐号|网易号")
_TITLE_LEAST, _TITLE_MOST, _LINE_MOST = 4, 120, 200
_BEGINNING = 20
_HEAD = frozenset(("html", "head", "meta", "link", "title"))
_HEADINGS = frozenset(("h1", "h2", "h3"))


@dataclass(frozen=True, slots=True)
class About:
    """What a page's metadata say of its article; None where they are silent."""

    titles: tuple[str, ...]  # what it calls itself, perhaps with the site's name
    header: Header
    publisher: str | None  # whose page it is


def read_metadata(source: str, tree: HtmlElement) -> About:
    """Read the meta elements and JSON-LD of a page."""
    values = _meta_values(tree)
    linked = _json_ld(tree)
    return About(
        titles=(*_some(values, _TITLES), *linked.get("title", ()), *tree.xpath("//title/text()")),
        header=Header(
            source=_source(_some(values, _SOURCES)),
            author=_author([*linked.get("author", ()), *_some(values, _AUTHORS)]),
            published=_date([*_some(values, _DATES), *linked.get("published", ())]),
            url=_address(source, tree, values),
        ),
        publisher=_source([*linked.get("publisher", ()), *_some(values, _SITES)]),
    )


def find_title(tree: HtmlElement, titles: tuple[str, ...]) -> HtmlElement | None:
    """The element in which the title stands on the page: the longest that a claimed title holds, a heading first."""
    claimed = [_squash(title) for title in titles]
    best, best_rank = None, (False, 0)
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in _HEAD:
            continue
        text = short_text(node, _TITLE_MOST)
        squashed = _squash(text) if text else ""
        rank = (node.tag in _HEADINGS, len(squashed))
        if rank > best_rank and len(squashed) >= _TITLE_LEAST and any(squashed in claim for claim in claimed):
            best, best_rank = node, rank
    headings = list(tree.iter("h1")) if best is None and not claimed else []
    return headings[0] if len(headings) == 1 and short_text(headings[0], _TITLE_MOST) else best


def cut_site(titles: tuple[str, ...]) -> str | None:
    """The title among what a page calls itself: 标题_频道_网站, 标题-网站."""
    for claim in titles:
        parts = re.split(r"\s*[_|｜]\s*|--+|\s+[-–—]\s+", " ".join(claim.split()))
        title = max(parts, key=len)
        if len(title) >= _TITLE_LEAST:
            return title
    return None


def read_lines(tree: HtmlElement, heading: HtmlElement | None, article: str) -> Header:
    """What the lines above the article say of it.

    :param tree: the page from its title on.
    :param article: how the article begins, where the reading stops.
    """
    beginning = _squash(article[:400])[:_BEGINNING]
    header = Header()
    account: str | None = None
    above = {*heading.iter(), *heading.iterancestors()} if heading is not None else set()
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in _HEAD or node in above:
            continue
        text = short_text(node, _LINE_MOST)
        if not text:
            continue
        if _squash(text).startswith(beginning):
            break
        if node.get("id") == "js_name":  # a public account's pages name it in no other way
            account = plausible_source(text)
        elif "author" in node.get("class", "") and (names := _author([text])):
            header = header.filled_with(Header(author=names))
        elif has_no_blocks(node) and (found := read_header(text)):
            header = header.filled_with(found)
    return header.filled_with(Header(source=account))


def _meta_values(tree: HtmlElement) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for node in tree.iter("meta", "time"):
        for key in (node.get("name"), node.get("property"), node.get("itemprop")):
            content = (node.get("content") or node.get("datetime") or "").strip()
            if key and content:
                values.setdefault(key.lower(), []).append(content)
    return values


def _some(values: dict[str, list[str]], names: tuple[str, ...]) -> list[str]:
    return [value for name in names for value in values.get(name, ())]


def _json_ld(tree: HtmlElement) -> dict[str, list[str]]:
    """Title, author, date and publisher as schema.org states them (https://schema.org/NewsArticle)."""
    found: dict[str, list[str]] = {}
    for node in tree.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(node.text or "")
        except (ValueError, RecursionError):  # others' scripts are often broken
            continue
        for item in _items(data):
            for key, name in (("headline", "title"), ("datePublished", "published")):
                if isinstance(item.get(key), str):
                    found.setdefault(name, []).append(characters(item[key]))
            for key in ("author", "publisher"):
                for someone in _items(item.get(key)):
                    if isinstance(someone.get("name"), str):
                        found.setdefault(key, []).append(characters(someone["name"]))
    return found


def _items(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for part in data[:50]:
            if isinstance(part, dict):
                yield from _items(part)
    elif isinstance(data, dict):
        yield data
        graph = data.get("@graph")
        if isinstance(graph, list):
            yield from (part for part in graph[:50] if isinstance(part, dict))


def _address(source: str, tree: HtmlElement, values: dict[str, list[str]]) -> str | None:
    """Where the page was saved from, or what it says its address is."""
    saved = _SAVED.search(source[:4_000])
    places = [
        *([saved.group(1)] if saved else ()),
        *tree.xpath("//link[translate(@rel,'CANOIL','canoil')='canonical']/@href"),
        *_some(values, ("og:url", "url")),
    ]
    for place in places:
        parts = _split(place.strip())
        if parts:
            return str(place.strip())
    return None


def _split(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(url) <= 2_000


def _source(values: list[str]) -> str | None:
    for value in values:
        name = plausible_source(_LABEL.sub("", value))
        if name and not _PLATFORMS.search(name) and not re.search("原创稿?$", name):
            return name
        if name and (bare := plausible_source(re.sub(r"\s*原创稿?$", "", name))) and not _PLATFORMS.search(bare):
            return bare
    return None


def _author(values: list[str]) -> str | None:
    return next((names for value in values if (names := people(value))), None)


def _date(values: list[str]) -> str | None:
    for value in values:
        day = find_date(re.sub(r"(?<=\d)[Tt](?=\d)", " ", value))
        if day:
            return day
    return None


def _squash(text: str) -> str:
    return re.sub(r"\W", "", normalise(text))
