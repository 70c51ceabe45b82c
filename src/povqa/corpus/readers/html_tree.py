"""The tree of a web page: parsing within bounds, lines of text, and what goes before the article is looked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl"),
        *("dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head"),
        *("header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section"),
        *("select", "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul"),
        *("lb", "list", "item", "row", "quote", "ab"),  # trafilatura's
    )
)
_CELLS = frozenset(("td", "th", "cell"))
_SILENT = frozenset(
    (
        *("script", "style", "noscript", "template", "iframe", "svg", "canvas", "object", "input", "select", "option"),
        *("textarea", "button", "video", "audio"),
    )
)
_INLINE = (
    "span",
    "font",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "big",
    "small",
    "sup",
    "sub",
    "s",
    "ins",
    "o:p",
    "mark",
    "label",
)
# An element of more attributes than any has: libxml2 compares each with all before it. As HTML 5 cuts them.
_MOST_ATTRIBUTES = 1_000
_ATTRIBUTE = r"""(?:[\s/]*+=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+)"""
_CROWDED = re.compile(rf"(<[A-Za-z][^\s/>]*+{_ATTRIBUTE}{{0,{_MOST_ATTRIBUTES}}}+){_ATTRIBUTE}*+")
# Characters that libxml2 reads and lxml will not write, as they are or by number: form feeds, U+FFFE.
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    r"|&#0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])(?:;|(?!\d))|&#x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])(?:;|(?![0-9a-f]))",
    re.IGNORECASE | re.ASCII,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_LIST_ITEMS = 3
_LINKED_SHARE = 0.6
_PROSE = re.compile("[。！？]")


def parse(text: str) -> HtmlElement | None:
    """The tree of a page; None if there is none in it.

    What is nested deeper than libxml2 allows is left out, and so are attributes beyond a thousand of one element.
    """
    from lxml import etree, html  # type: ignore[import-untyped]

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    # As bytes: a text that declares its encoding is refused, and what it declares may be wrong.
    data = _CROWDED.sub(r"\1", _UNWRITABLE.sub(" ", text)).encode()
    try:
        return html.document_fromstring(data, parser=parser)
    except etree.ParserError:  # a page without an element
        return None


def lines(tree: HtmlElement) -> list[str]:
    """The text of a tree as a browser breaks it into lines; the cells of a row stand on one."""
    rows: list[list[str]] = [[]]
    for kind, piece in _pieces(tree):
        if kind == "break":
            rows.append([])
        else:
            rows[-1].append(piece)
    return [text for row in rows if (text := " ".join("".join(row).split()))]


def _pieces(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    """The texts of a tree in order, and where a line breaks or a cell parts."""
    from lxml import etree

    silent = 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        opens = event == "start"
        if node.tag in _SILENT:
            silent += 1 if opens else -1
        if silent:
            continue
        if node.tag in _BLOCKS:
            yield "break", ""
        elif node.tag in _CELLS:
            yield "text", " "
        text = node.text if opens else node.tail if node is not tree else None
        if text:
            yield "text", text


def short_text(node: HtmlElement, most: int) -> str | None:
    """The text of an element on one line, or None if it is longer than `most` characters."""
    parts: list[str] = []
    left = most * 2  # white space in the source is not the text's
    for part in node.itertext():
        left -= len(part)
        if left < 0:
            return None
        parts.append(part)
    text = " ".join("".join(parts).split())
    return text if len(text) <= most else None


def prune(tree: HtmlElement) -> None:
    """Take out what no reader of the page sees, and lists of links.

    A list is one of links if each of its items has one, or if most of its characters are linked: no article has such.
    """
    for node in [*tree.iter(*_SILENT, "nav", "footer", "aside"), *tree.xpath("//*[@hidden]")]:
        _drop(node)
    for node in tree.xpath("//*[@style]"):
        if _HIDDEN.search(node.get("style")) and node.tag not in ("html", "body"):
            _drop(node)
    for node in list(tree.iter("ul", "ol", "dl", "div", "td", "section", "table", "span", "p")):
        if node.getparent() is not None and _is_links(node):
            _drop(node)


def level(tree: HtmlElement) -> None:
    """Make a paragraph of every innermost block of text, whatever element it is, and plain text of what it is made of.

    Pages of public accounts are sections within sections, old ones cells with line breaks, pasted ones a span for every
    number.
    """
    from lxml import etree

    etree.strip_tags(tree, *_INLINE)
    for node in list(tree.iter("section", "div")):
        if len(node) == 1 and node[0].tag in ("section", "div") and not _own_text(node):
            node[0].drop_tag()
    innermost = [node for node in tree.iter("section", "div", "center", "blockquote") if has_no_blocks(node)]
    prose = Counter(node.getparent() for node in innermost if _PROSE.search("".join(node.itertext())))
    for node in innermost:
        # A heading has no sentence, but stands among paragraphs that have.
        if prose[node.getparent()] > 1 or _PROSE.search("".join(node.itertext())):
            node.tag = "p"


def _own_text(node: HtmlElement) -> str:
    return "".join([node.text or "", *(child.tail or "" for child in node)]).strip()


def has_no_blocks(node: HtmlElement) -> bool:
    """Whether an element is one run of text, perhaps with line breaks."""
    return not any(child.tag in _BLOCKS and child.tag != "br" for child in node.iterdescendants())


def cut_above(node: HtmlElement) -> None:
    """Take out what stands above an element, unless more of the page's sentences stand there than below."""
    above = [before for place in (node, *node.iterancestors()) for before in place.itersiblings(preceding=True)]
    above = [other for other in above if other.tag not in ("head", "html")]
    sentences = sum(len(_PROSE.findall("".join(other.itertext()))) for other in above)
    if sentences <= len(_PROSE.findall("".join(node.getroottree().getroot().itertext()))) / 2:
        for other in above:
            _drop(other)


def _is_links(node: HtmlElement) -> bool:
    links = node.findall(".//a")
    if len(links) < _LIST_ITEMS:
        return False
    if node.tag in ("ul", "ol"):
        items = node.findall("li")
        if len(items) >= _LIST_ITEMS and all(item.find(".//a") is not None for item in items):
            return True
    whole = sum(len(part.strip()) for part in node.itertext())
    linked = sum(len(part.strip()) for link in links for part in link.itertext())
    return linked > _LINKED_SHARE * whole


def _drop(node: HtmlElement) -> None:
    if node.getparent() is not None:
        node.drop_tree()
