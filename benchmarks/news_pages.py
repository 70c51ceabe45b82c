"""News pages made from articles: nine site layouts with the surrounds that such pages have, and what a page states.

The layouts follow the markup of real sites (portals, agencies, a broadcaster, government sites, public accounts); names
and addresses in them are made up.
"""

from __future__ import annotations

import html
import random
import re
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from povqa.corpus.catalogue import Catalogue
from povqa.types import Article

LAYOUTS = Path(__file__).with_name("html_layouts")
ENCODINGS = {"portal": "gb18030", "tables": "gb18030", "county": "gb18030"}
SOURCES = ("青石县融媒体中心", "云岭日报", "南山新闻网", "柳河县人民政府办公室", "江声新闻")
AUTHORS = ("张永琴", "李志强 王海鹰", "欧阳文慧", "陈晓东")
STATES_NO_AUTHOR = frozenset({"agency", "broadcaster", "aggregator", "government"})


class Layout(string.Template):
    """A page with places to fill, marked §name: a dollar sign is the scripts' own."""

    delimiter = "§"


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page and what a reader should find in it."""

    layout: str
    data: bytes
    title: str
    text: str
    published: str
    source: str
    author: str | None


def make_pages(folder: Path, layouts: Sequence[str] = (), most: int | None = None) -> Iterator[MadePage]:
    """Every article of a folder (its .txt files) in every layout.

    :param layouts: names of layouts; empty for all.
    :param most: use only so many articles.
    """
    articles = [cleaned.article for cleaned in Catalogue(folder).load() if cleaned.article.path.endswith(".txt")]
    names = layouts or sorted(path.stem for path in LAYOUTS.glob("*.html"))
    for article in articles[:most]:
        dice = random.Random(article.id)
        others = dice.sample(articles, min(len(articles), 16))
        for name in names:
            yield make_page(name, article, others, dice)


def make_page(layout: str, article: Article, others: Sequence[Article], dice: random.Random) -> MadePage:
    """An article as a page; what it does not state itself (date, source, author) is made up."""
    published = article.published or date(2016, 1, 1 + dice.randrange(28)).isoformat()
    source = article.source or dice.choice(SOURCES)
    author = article.author or dice.choice(AUTHORS)
    day = date.fromisoformat(published)
    number = dice.randrange(10**6)
    url = f"https://news.example.com/{day:%Y/%m%d}/c{number}.html"
    paragraphs = article.text.split("\n")
    others = [other for other in others if other.id != article.id]
    page = Layout((LAYOUTS / f"{layout}.html").read_text("utf-8")).substitute(
        title=html.escape(article.title),
        lead=html.escape(paragraphs[0][:90], quote=True),
        source=source,
        author=author,
        iso=published,
        chinese=f"{day.year}年{day.month:02}月{day.day:02}日",
        slashed=f"{day.year}/{day.month}/{day.day}",
        time=f"{dice.randrange(6, 23):02}:{dice.randrange(60):02}",
        epoch=int(datetime.fromisoformat(f"{published}T12:00:00+08:00").timestamp()),
        url=url,
        url_length=f"{len(url):04}",
        body=_body(layout, paragraphs),
        **_surrounds(others),
    )
    data = page.encode(ENCODINGS.get(layout, "utf-8"), errors="xmlcharrefreplace")
    stated = None if layout in STATES_NO_AUTHOR else author
    return MadePage(layout, data, article.title, article.text, published, source, stated)


def _surrounds(others: Sequence[Article]) -> dict[str, str]:
    titles = [html.escape(other.title) for other in others]
    links = [f'<a href="/a/{number}.html" target="_blank">{title}</a>' for number, title in enumerate(titles)]
    teasers = [
        f'<li><h3><a href="/b/{number}.html">{title}</a></h3><p class="summary">{html.escape(other.text[:70])}…</p>'
        f'<span class="time">{other.published or "2019-01-01"}</span></li>'
        for number, (title, other) in enumerate(zip(titles, others, strict=True))
    ]
    return {
        "first_title": titles[0],
        "second_title": titles[1],
        "related_items": "".join(f"<li>{link}</li>" for link in links[:6]),
        "hot_items": "".join(f"<li><em>{place}</em>{link}</li>" for place, link in enumerate(links[4:12], start=1)),
        "related_br": "".join(f"·{link}({place}-12)<BR>" for place, link in enumerate(links[:6], start=1)),
        "hot_br": "<BR>".join(f"· {link}" for link in links[6:]),
        "carousel": "".join(f"<span>{link}</span>" for link in links[3:13]),
        "pictures": "".join(f'<a href="/p"><img src="p.jpg"/><div>{title}</div></a>' for title in titles[:4]),
        "summaries": "".join(teasers[:8]),
    }


def _body(layout: str, paragraphs: Sequence[str]) -> str:
    return "\n".join(_MARKUP[layout](html.escape(text, quote=False), place) for place, text in enumerate(paragraphs))


def _portal(text: str, place: int) -> str:
    advert = '<div class="ad_box"><a href="/ad">广告</a></div>' if place == 1 else ""
    return f'<p style="text-indent: 2em;">\n\t{text}</p>{advert}'


def _aggregator(text: str, place: int) -> str:
    picture = '<p class="ql-align-center"><img src="x.jpeg"></p>' if place == 0 else ""
    return f"<p><span>{text}</span></p>{picture}"


def _government(text: str, _: int) -> str:
    head, mark, tail = text.partition("。")
    return f'<div><span style="font-size: 12pt;">　　{head}{mark}<font face="仿宋">{tail}</font></span></div>'


def _account(text: str, _: int) -> str:
    bold = re.sub("([“][^”]{1,20}[”])", r'<strong><span style="color:#c00">\1</span></strong>', text, count=1)
    return (
        '<section style="margin:0 8px;line-height:2em;"><section><span style="font-size:15px;letter-spacing:1px;">'
        f"{bold}</span></section></section><section><br></section>"
    )


def _webapp(text: str, place: int) -> str:
    picture = '<figure><img src="i.jpg"/></figure>' if place == 1 else ""
    return f'<p class="index_p__2b">{text}</p>{picture}'


def _county(text: str, _: int) -> str:
    """As Word pastes it: every run of digits or letters in a span of its own."""
    runs = re.sub(r"(\d[\d.%]*)", r'<span lang="EN-US">\1</span>', text)
    return (
        f'<p class="MsoNormal" style="text-indent:32.0pt"><span style="font-family:宋体">{runs}<o:p></o:p></span></p>'
    )


_MARKUP: dict[str, Callable[[str, int], str]] = {
    "portal": _portal,
    "agency": lambda text, _: f"<p>　　{text}</p>",
    "broadcaster": lambda text, place: f"<p>{'<strong>　　</strong>' if place == 0 else '　　'}{text}</p>",
    "aggregator": _aggregator,
    "government": _government,
    "tables": lambda text, _: f"&nbsp;&nbsp;&nbsp; {text}<BR><BR>",
    "account": _account,
    "webapp": _webapp,
    "county": _county,
}
