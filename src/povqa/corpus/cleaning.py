"""From the raw page to the article: what is not the article's goes, by named rules; when in doubt it stays."""

from __future__ import annotations

import re
from dataclasses import dataclass

from povqa.corpus import boilerplate
from povqa.corpus.header import Header, find_date, read_header
from povqa.corpus.lines import Line, han_count, is_body, is_prose, split_lines, starts_item, trim
from povqa.corpus.locating import locate
from povqa.corpus.metadata import byline_author, dateline_header, fallback_title, glued_title_end, repeated_title_end
from povqa.corpus.page import Page
from povqa.corpus.paragraphs import build_paragraphs
from povqa.text.normalise import normalise
from povqa.types import Article, Dropped, RawDocument

_HEAD_MARK = re.compile(r"([^。\n]{0,80}?)[,，]\s*正文\s*[:：]\s*")
_ORIGINAL_TITLE = re.compile(r"原标题\s*[:：]\s*")
_MEDIA_TAG = re.compile(r"[\[【（(](?:视频|图文|组图|图|音频|高清|多图|视频新闻)[\]】）)]\s*")
_TITLE_MAX = 80
_MOST_TAILS = 8  # of a line: each is looked for through the whole of it
_MARKERS = frozenset(
    {"editors", "related links", "copyright statement", "page footer", "page controls", "original title"}
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article, and what cleaning left out of it in the order of the page."""

    article: Article
    dropped: tuple[Dropped, ...]


def clean(raw: RawDocument) -> Cleaned:
    """Clean a page.

    The article's text is made of pieces of the page in their order, but for captions, which follow the paragraph they
    interrupted. Text and dropped pieces together hold every character of the page that is not white space.
    """
    page = Page(split_lines(raw.text))
    header = Header(raw.source, raw.author, raw.published, raw.url)
    found, guessed, opened = _cut_head(page)
    header = header.filled_with(found)
    for place, folded in enumerate(page.folded):
        if page.rules[place] is None and (rule := boilerplate.line_rule(folded)):
            page.drop(place, rule)
    found, header_line = _take_header(page)
    header = header.filled_with(found)
    title = raw.title or guessed
    if guessed is None:
        title = _take_title(page, raw.title, opened if header_line is None else header_line)
    _drop_regions(page)
    _drop_tail(page)
    header = header.filled_with(_cut_tails(page))
    body = [page.lines[place] for place in page.kept()]
    header = header.filled_with(dateline_header([line.text for line in body]))
    if header.author is None and (byline := byline_author([line.text for line in body])):
        header = header.filled_with(Header(author=byline))
        page.drop(page.kept()[-1], "byline")
        body.pop()
    paragraphs = build_paragraphs(body)
    title = title or fallback_title(paragraphs) or raw.id
    article = Article(
        id=raw.id,
        title=title,
        text="\n".join(paragraphs),
        path=raw.path,
        source=header.source,
        author=header.author,
        published=header.published,
        place=locate(title, paragraphs, hints=_local_names(page, header)),
        url=header.url,
    )
    return Cleaned(article, page.dropped())


def _local_names(page: Page, header: Header) -> str:
    """What names the place without being the article: its local medium, the path of the page within a site."""
    crumbs = [line.text for line, rule in zip(page.lines, page.rules, strict=True) if rule == "navigation"]
    return " ".join([header.source or "", *crumbs])


def _first_body(page: Page) -> int:
    return next((place for place in page.kept() if is_body(page.lines[place].text)), len(page.lines))


def _cut_head(page: Page) -> tuple[Header, str | None, int | None]:
    """Take `2023-08-14 14:22，正文：` and the label `原标题：` off the lines they stick to.

    :return: what the head says, the title if it ran into the first sentence, and the line that such a head opens.
    """
    header, title, opened = Header(), None, None
    for place in range(min(3, len(page.lines))):
        mark = _HEAD_MARK.match(page.lines[place].text)
        if mark and (find_date(mark.group(1)) or not han_count(mark.group(1))):
            header = header.filled_with(Header(published=find_date(mark.group(1))))
            page.cut(place, 0, mark.end(), "source line")
            opened = place
        text = page.lines[place].text
        label = _ORIGINAL_TITLE.match(text)
        if page.rules[place] is None and label and is_body(text):
            page.cut(place, 0, label.end(), "original title")
            title = _part_title(page, place)
        if is_body(text):
            break
    return header, title, opened


def _part_title(page: Page, place: int) -> str | None:
    """Give the title that runs into the first sentence a line of its own, which stays: where it ends is a guess."""
    line = page.lines[place]
    end = repeated_title_end(line.text)
    if end:
        title = trim(line.text[:end])
        page.insert(place, Line(title, line.gap), "repeated title")
        place += 1
        page.lines[place] = line = Line(trim(line.text[end:]))
        end = len(title)
    else:
        end = glued_title_end(line.text)
    if not end:
        return None
    page.insert(place, Line(trim(line.text[:end]), line.gap))
    page.replace(place + 1, Line(trim(line.text[end:])))
    return page.lines[place].text


def _take_header(page: Page) -> tuple[Header, int | None]:
    """Read the source lines; a bare date counts only above the body."""
    header, first = Header(), None
    body = _first_body(page)
    for place in page.kept():
        found = read_header(page.lines[place].text)
        if found is None or (place > body and not found.source):
            continue
        header = header.filled_with(found)
        page.drop(place, "source line")
        if first is None and place < body:
            first = place
    return header, first


def _take_title(page: Page, known: str | None, header_line: int | None) -> str | None:
    """Find the title line, take it out of the body, and whatever repeats it."""
    chosen = None if known else _title_line(page, header_line)
    title = known
    if chosen is not None:
        text = page.lines[chosen].text
        title = _MEDIA_TAG.sub("", text, count=1) if _MEDIA_TAG.match(text) else text
        if header_line is not None:
            page.drop(chosen, "title")
    if title is None:
        original = next((place for place, rule in enumerate(page.rules) if rule == "original title"), None)
        title = _ORIGINAL_TITLE.sub("", page.lines[original].text, count=1) if original is not None else None
    if title is not None:
        squashed = _squash(title)
        for place in page.kept():
            # Without a header nothing proves it a title: it may be the first of several headings, and stays.
            if place != chosen and _squash(page.lines[place].text) == squashed:
                page.drop(place, "title" if known else "repeated title")
    return title


def _title_line(page: Page, header_line: int | None) -> int | None:
    """The line of the title: the last fit one above the source line, or the first of all; the menu above it goes."""
    body = _first_body(page)
    head = [place for place in page.kept() if place < body]
    fit = [place for place in head if _may_be_title(page.lines[place].text)]
    if header_line is not None:
        fit = [place for place in reversed(fit) if place < header_line]
    if not fit:
        return None
    for place in head:
        if place < fit[0] and (len(page.lines[place].text) <= 8 or boilerplate.is_menu(page.folded[place])):
            page.drop(place, "navigation")
    return fit[0]


def _may_be_title(text: str) -> bool:
    if not 5 <= len(text) <= _TITLE_MAX or han_count(text) < 4 or starts_item(text):
        return False
    return not text.endswith(("，", ",", "：", ":")) and dateline_header([text]).source is None


def _squash(text: str) -> str:
    return re.sub(r"\W", "", normalise(text))


def _drop_regions(page: Page) -> None:
    """Drop what a heading of links or of a copyright statement opens, as long as it looks the part."""
    region, body_seen = None, False
    ahead = _last_legal_start(page)
    for place, folded in enumerate(page.folded):
        if page.rules[place] is not None:
            if body_seen and page.rules[place] == "related links":
                region = "related links"
            continue
        text = page.lines[place].text
        if body_seen and boilerplate.opens_legal(folded):
            region = "copyright statement"
            page.drop(place, region)
        elif region == "copyright statement" and boilerplate.legal_words(folded):
            page.drop(place, region)
        elif place >= ahead and len(text) <= 400 and boilerplate.legal_words(folded) >= 3:
            page.drop(place, "copyright statement")
        elif region == "related links":
            if is_prose(text):
                region = None
            else:
                page.drop(place, region)
        body_seen = body_seen or is_body(text)


def _last_legal_start(page: Page) -> int:
    """From which line on a paragraph full of copyright words is a disclaimer: after the last prose without them."""
    prose = [
        place
        for place in page.kept()
        if is_body(page.lines[place].text) and boilerplate.legal_words(page.folded[place]) < 3
    ]
    return prose[-1] + 1 if prose else len(page.lines)


def _drop_tail(page: Page) -> None:
    """After the body's last line, drop the short leftovers around the marks of a page's foot."""
    kept = page.kept()
    last_body = next((place for place in reversed(kept) if is_body(page.lines[place].text)), None)
    if last_body is None:
        return
    after = [place for place in kept if place > last_body]
    marks = [place for place, rule in enumerate(page.rules) if place > last_body and rule in _MARKERS]
    bullets = [place for place in after if boilerplate.is_bullet(page.lines[place].text)]
    if marks and len(bullets) >= 3:
        for place in bullets:
            page.drop(place, "related links")
        marks = [*marks, bullets[0]]
    for place in after:
        text = page.lines[place].text
        if page.rules[place] is None and marks and place > min(marks) and "。" not in text and len(text) <= _TITLE_MAX:
            page.drop(place, "page footer")


def _cut_tails(page: Page) -> Header:
    """Take what sticks to the ends of the last lines off them; a newspaper's page reference tells source and date."""
    header = Header()
    for place in page.kept()[-3:]:
        for _ in range(_MOST_TAILS):
            found = boilerplate.tail_rule(page.folded[place]) if page.rules[place] is None else None
            if found is None:
                break
            start, rule = found
            piece = page.lines[place].text[start:]
            if rule == "source line":
                paper = re.match(r"《\s*([^《》]+?)\s*》", piece)
                header = header.filled_with(Header(paper.group(1) if paper else None, None, find_date(piece)))
            page.cut(place, start, len(page.lines[place].text), rule)
    return header
