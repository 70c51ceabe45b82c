"""Answers and articles as Telegram's HTML. Everything from outside passes through `clean`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from povqa import Article, Citation
from povqa_bot.answerer import Entry
from povqa_bot.records import Found, Layout
from povqa_bot.texts import EMPTY, NOT_FOUND, PERHAPS

MOST = 3600  # UTF-16 units of text in one message; Telegram takes 4096 characters
_SENTENCE = 900  # characters of one sentence that are shown
_SHORT, _FEW = 100, 5  # characters of a short answer above its sentence, and how many stand there
_MARKS = 80  # formatted pieces in one message; Telegram drops what is beyond a hundred
_FOLDED = 500  # characters from which a quotation is folded
# Control characters, overrides of the writing direction, halves of surrogate pairs.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PAGE = 1700  # characters of an article on one page
_LISTED = 120  # characters of a title in the list


@dataclass(frozen=True, slots=True)
class Page:
    """A message, and the citations that it shows, by their number in the answer."""

    text: str
    citations: tuple[int, ...] = ()


def clean(text: str) -> str:
    """Text from outside, fit to stand in HTML. What could disturb the display becomes U+FFFD, one for one."""
    return html.escape(_HARMFUL.sub("\N{REPLACEMENT CHARACTER}", text))


def plain(text: str, most: int) -> str:
    """Text from outside on one line without HTML, for buttons and titles."""
    line = " ".join(_HARMFUL.sub("\N{REPLACEMENT CHARACTER}", text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def units(text: str) -> int:
    """The length of HTML as Telegram may count it: without tags, in UTF-16 units."""
    return len(html.unescape(re.sub(r"<[^>]*>", "", text)).encode("utf-16-le", "replace")) // 2


def marked(text: str, spans: Iterable[tuple[int, int]], most: int = _SENTENCE, tag: str = "b") -> str:
    """Text with the spans marked; of a long one the part around the first span.

    :param spans: code-point offsets into `text`; where they overlap, the later one gives way.
    """
    ordered = sorted((a, b) for a, b in spans if 0 <= a < b <= len(text))
    first = ordered[0][0] if ordered else 0
    begin = 0 if len(text) <= most else max(0, min(first - most // 3, len(text) - most))
    end = min(len(text), begin + most)
    pieces, at = ["…" if begin else ""], begin
    for start, stop in ordered[:_MARKS]:
        start, stop = max(start, at), min(stop, end)
        if start < stop:
            pieces += [clean(text[at:start]), f"<{tag}>", clean(text[start:stop]), f"</{tag}>"]
            at = stop
    return "".join([*pieces, clean(text[at:end]), "…" if end < len(text) else ""])


def quotation(inside: str) -> str:
    """A quotation; a long one unfolds at a tap."""
    return f"<blockquote{' expandable' if units(inside) > _FOLDED else ''}>{inside}</blockquote>"


def origin(title: str, source: str | None, published: str | None) -> str:
    """Title · source · date, as far as they are known."""
    parts = [f"<i>{clean(plain(title, 200))}</i>", *(clean(plain(part, 80)) for part in (source, published) if part)]
    return " · ".join(parts)


def answer_pages(found: Found, lang: str) -> list[Page]:
    """The messages of an answer; the first is sent, the others are behind its buttons."""
    if found.layout is Layout.NOTHING:
        said = EMPTY if found.reason == "empty_question" else NOT_FOUND
        return [Page(said.text(lang) + (f"\n\n{PERHAPS.text(lang)}" if found.related else ""))]
    if found.layout is Layout.ONE:
        return [Page(_single(citation), (number,)) for number, citation in enumerate(found.citations)]
    head = "\n".join(f"• <b>{clean(plain(item, _SHORT))}</b>" for item in found.answers[:_MARKS])
    blocks = list(_grouped(found) if found.layout is Layout.ACROSS else _listed(found))
    if found.layout is Layout.LIST and units(head) < MOST // 4:
        return _packed(blocks, f"{head}\n\n" if head else "")
    return _packed(blocks, "")


def _single(citation: Citation) -> str:
    short = list(dict.fromkeys(citation.text[a:b] for a, b in citation.highlights))
    head = "".join(f"<b>{clean(plain(item, _SHORT))}</b>\n" for item in short[:_FEW])
    return f"{head}{_quoted(citation)}\n{origin(citation.title, citation.source, citation.published)}"


def _quoted(citation: Citation) -> str:
    inside = marked(citation.text, citation.highlights).replace("<b>", "<b><u>").replace("</b>", "</u></b>")
    return quotation(inside)


def _listed(found: Found) -> Iterator[tuple[str, tuple[int, ...]]]:
    for number, citation in enumerate(found.citations):
        mark = f"{number + 1}. " if len(found.citations) > 1 else ""
        yield (
            f"{_quoted(citation)}\n{mark}{origin(citation.title, citation.source, citation.published)}",
            (number,),
        )


def _grouped(found: Found) -> Iterator[tuple[str, tuple[int, ...]]]:
    articles: dict[str, list[int]] = {}
    for number, citation in enumerate(found.citations):
        articles.setdefault(citation.article_id, []).append(number)
    for numbers in articles.values():
        first = found.citations[numbers[0]]
        head = f"{numbers[0] + 1}. {origin(first.title, first.source, first.published)}"
        for part, number in enumerate(numbers):
            citation = found.citations[number]
            short = "、".join(
                f"<b>{clean(plain(citation.text[a:b], _SHORT))}</b>" for a, b in citation.highlights[:_FEW]
            )
            line = f"{head if part == 0 else f'{number + 1}.'}{chr(10) + short if short else ''}"
            yield f"{line}\n{_quoted(citation)}", (number,)


def _packed(blocks: Iterable[tuple[str, tuple[int, ...]]], head: str) -> list[Page]:
    """As many blocks to a message as fit."""
    pages: list[Page] = []
    text = head
    numbers: tuple[int, ...] = ()
    for block, own in blocks:
        together = f"{text}\n{block}" if numbers else text + block
        if numbers and (units(together) > MOST or together.count("<") // 2 > _MARKS):
            pages.append(Page(text, numbers))
            text, numbers = block, own
        else:
            text, numbers = together, (*numbers, *own)
    return [*pages, Page(text, numbers)]


def paragraph(article: Article, citation: Citation, start: int, end: int) -> str:
    """A citation in its paragraph, which is `article.text[start:end]`: the sentence bold, the answer underlined."""
    text = article.text
    before, after = text[start : citation.start], text[citation.end : end]
    room = max(0, 1600 - min(len(citation.text), _SENTENCE)) // 2
    sentence = marked(citation.text, citation.highlights, tag="u")
    inside = (
        f"{'…' if len(before) > room else ''}{clean(before[-room:] if room else '')}<b>{sentence}</b>"
        f"{clean(after[:room])}{'…' if len(after) > room else ''}"
    )
    return f"{origin(article.title, article.source, article.published)}\n<blockquote>{inside}</blockquote>"


def entry_line(number: int, entry: Entry) -> str:
    """An article in the list: its number, title, source, date."""
    return f"{number}. {origin(plain(entry.title, _LISTED), entry.source, entry.published)}"


def article_pages(article: Article) -> list[str]:
    """An article in messages, cut between paragraphs where that is possible."""
    facts = [part for part in (article.source, article.author, article.published, " ".join(article.place)) if part]
    head = f"<b>{clean(plain(article.title, 150))}</b>\n{clean(plain(' · '.join(facts), 150))}\n\n"
    pieces: list[str] = []
    for piece in article.text.split("\n"):
        while len(piece) > _PAGE:
            cut = max(piece.rfind(mark, 0, _PAGE) for mark in "。!?！？;；") + 1 or _PAGE
            pieces.append(piece[:cut])
            piece = piece[cut:]
        pieces.append(piece)
    bodies = [""]
    for piece in pieces:
        if bodies[-1] and len(bodies[-1]) + len(piece) > _PAGE:
            bodies.append("")
        bodies[-1] += f"{piece}\n"
    return [f"{head}{clean(body.strip())}" for body in bodies]


def web_address(url: str | None) -> str | None:
    """A URL that may stand behind a button, or None."""
    if url is None or _HARMFUL.search(url) or len(url) > 1000:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and "." in parts.netloc else None
