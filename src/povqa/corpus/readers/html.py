"""Web pages: the article's text, and what the page says of it."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from povqa.corpus.header import Header, find_date
from povqa.corpus.lines import is_body
from povqa.corpus.readers.files import skipped, too_large
from povqa.corpus.readers.html_metadata import cut_site, find_title, read_lines, read_metadata
from povqa.corpus.readers.html_tree import cut_above, level, lines, parse, prune, short_text
from povqa.corpus.readers.text import decode_text
from povqa.types import RawDocument

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

MOST_ELEMENTS = 50_000  # a news page has one to five thousand
_LEAST = 5  # a label, such as 图集
_LEAST_CHARACTERS = 20  # fewer are no article
_CLOCK = re.compile(r"\d{1,2}:\d{2}")


def read_html(data: bytes, shown_path: str, id: str) -> RawDocument:
    """Read the article of a web page as a browser or `povqa add` saved it.

    :raises CorpusError: it is no text, or holds no article.
    """
    source, encoding = decode_text(data, shown_path)
    # What is hidden may be shown by a script, and what looks like a list of links be the article after all.
    found = _read_page(source, shown_path, pruned=True)
    found = found or _read_page(source, shown_path, pruned=False)
    if found is None:
        raise skipped(
            shown_path,
            "no article is found in this page; save it as text",
            "页面里找不到正文；请另存为文本",
        )
    text, title, header = found
    return RawDocument(
        id=id,
        path=shown_path,
        text=text,
        title=title,
        source=header.source,
        author=header.author,
        published=header.published,
        url=header.url,
        encoding=encoding,
    )


def _read_page(source: str, shown_path: str, *, pruned: bool) -> tuple[str, str | None, Header] | None:
    tree = parse(source)
    if tree is None:
        return None
    if sum(1 for _ in tree.iter()) > MOST_ELEMENTS:
        raise too_large(shown_path, f"{MOST_ELEMENTS:,} elements", f"{MOST_ELEMENTS:,} 个元素")
    about = read_metadata(source, tree)
    if pruned:
        prune(tree)
    heading = find_title(tree, about.titles)
    title = short_text(heading, 200) if heading is not None else cut_site(about.titles)
    if heading is not None:
        cut_above(heading)
    text = _main_text(deepcopy(tree))
    if len(_squash(text)) < _LEAST_CHARACTERS:
        return None
    shown = read_lines(tree, heading, next((row for row in text.split("\n") if is_body(row)), text))
    # The line under the title names the paper that wrote the article, the metadata sometimes only the site.
    header = Header(source=shown.source).filled_with(about.header).filled_with(shown)
    return _below_title(text, title), title, header.filled_with(Header(source=about.publisher))


def _main_text(tree: HtmlElement) -> str:
    """The article's paragraphs, one a line; "" if there are none. Changes the tree.

    They are found by trafilatura (https://aclanthology.org/2021.acl-demo.15/).
    """
    from trafilatura import bare_extraction

    level(tree)
    found = bare_extraction(tree, include_comments=False, include_tables=True, with_metadata=False)
    return "" if found is None or isinstance(found, dict) or found.body is None else "\n".join(lines(found.body))


def _below_title(text: str, title: str | None) -> str:
    """The text without what stands above its title, and without the line of names and time below it."""
    rows = text.split("\n")
    first = next((place for place, row in enumerate(rows) if is_body(row)), 0)
    titles = [place for place in range(first) if title and _squash(rows[place]) == _squash(title)]
    below = titles[-1] + 1 if titles else 0
    head = [row for row in rows[below:first] if len(row) >= _LEAST and not (_CLOCK.search(row) and find_date(row))]
    return "\n".join(head + rows[first:])


def _squash(text: str) -> str:
    return re.sub(r"\W", "", text)
