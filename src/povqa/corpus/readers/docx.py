"""Word documents (.docx)."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from povqa.corpus.readers.files import MOST_CHARACTERS, empty, skipped, too_large
from povqa.corpus.readers.names import people
from povqa.types import RawDocument

if TYPE_CHECKING:
    from docx.document import Document

_MOST_UNPACKED = 256 << 20
_MOST_XML = 64 << 20  # of one part: a document of five million characters has less
_MOST_PARTS = 10_000
_MOST_MARKS = 3_000_000  # "<" and "=" of all parts: an element takes 120 bytes of memory and more, an attribute 350
_ENCODING = re.compile(rb"""<\?xml[^>]{0,99}?encoding\s*=\s*["']([^"']*)""")
_ENCODINGS = (b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii")  # ECMA-376 knows UTF-8 and UTF-16
_EBCDIC = b"Lo\xa7\x94"  # <?xm
_OLE = b"\xd0\xcf\x11\xe0"  # an old .doc, or a document with a password
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = frozenset(
    (f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
)
_TITLE_WITHIN = 10


def read_docx(data: bytes, shown_path: str, id: str) -> RawDocument:
    """Read the text of a Word document: a paragraph a line, a row of a table a line.

    Heads, feet, notes and deleted text are left out.

    :raises CorpusError: it is no .docx, has a password or no text, or unpacks to more than any article has.
    """
    if data.startswith(_OLE):
        raise skipped(
            shown_path,
            "it is encrypted, or an old .doc; save it as .docx without a password",
            "文件已加密，或是旧版 .doc；请另存为不带密码的 .docx",
        )
    with _errors(shown_path):
        _check_size(data, shown_path)
        import docx

        document = docx.Document(io.BytesIO(data))
        paragraphs = [text for text in _lines(document.element.body) if text]
        about = document.core_properties
        title, author = _title(document, paragraphs), people(about.author or "")
    if not paragraphs:
        raise empty(shown_path)
    text = "\n".join(paragraphs)
    if len(text) > MOST_CHARACTERS:
        raise too_large(shown_path, f"{MOST_CHARACTERS:,} characters", f"{MOST_CHARACTERS:,} 个字符")
    return RawDocument(id=id, path=shown_path, text=text, title=title, author=author)


@contextmanager
def _errors(shown_path: str) -> Iterator[None]:
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    try:
        yield
    # What is missing or wrong in a package shows as any of these in python-docx, when it is opened or when it is read.
    except (
        *(OpcError, LxmlError, BadZipFile, KeyError, ValueError, LookupError),
        *(AttributeError, TypeError, OSError, NotImplementedError, RuntimeError, EOFError, zlib.error),
    ) as wrong:
        raise skipped(
            shown_path,
            "it is not a readable Word document; open it in Word and save it anew",
            "不是可读的 Word 文档；请用 Word 打开后重新保存",
        ) from wrong


def _check_size(data: bytes, shown_path: str) -> None:
    """Refuse an archive that unpacks to far more than it is. zipfile reads no more of a part than is stated here.

    :raises ValueError: a part is in an encoding that hides what is in it.
    """
    with ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        largest = max((part.file_size for part in parts if _is_xml(part.filename)), default=0)
        if len(parts) > _MOST_PARTS or largest > _MOST_XML or sum(part.file_size for part in parts) > _MOST_UNPACKED:
            raise too_large(shown_path, f"{_MOST_UNPACKED >> 20} MB unpacked", f"{_MOST_UNPACKED >> 20} MB（解压后）")
        marks = 0
        for part in parts:  # whatever their names: which of them are XML is said elsewhere
            content = archive.read(part)
            stated = _ENCODING.search(content[:200])
            if content.startswith(_EBCDIC) or (stated and stated[1].lower() not in _ENCODINGS):
                raise ValueError(f"{part.filename} is in another encoding")
            marks += content.count(b"<") + content.count(b"=")
            if marks > _MOST_MARKS:
                raise too_large(shown_path, f"{_MOST_MARKS:,} marks", f"{_MOST_MARKS:,} 个标记")


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _lines(parent: Any) -> Iterator[str]:
    """The paragraphs and rows of a body, and of what stands in its content controls."""
    for node in parent:
        if node.tag == f"{_W}p":
            yield from (" ".join(line.split()) for line in "".join(_runs(node)).split("\n"))
        elif node.tag == f"{_W}tbl":
            for row in _outermost(node, f"{_W}tr"):
                yield " ".join(_cells(row))
        elif node.tag not in _SKIPPED and node.tag != f"{_W}sectPr":
            yield from _lines(node)


def _cells(row: Any) -> Iterator[str]:
    for cell in _outermost(row, f"{_W}tc"):
        text = " ".join(line for line in _lines(cell) if line)
        if text:
            yield text


def _outermost(node: Any, tag: str) -> Iterator[Any]:
    """The elements of a name within one, but not those within these: rows of a table, not of a table in a cell."""
    for child in node:
        if child.tag == tag:
            yield child
        else:
            yield from _outermost(child, tag)


def _runs(node: Any) -> Iterator[str]:
    """The pieces of a paragraph; text boxes in it stand on lines of their own."""
    for child in node:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in (f"{_W}tab", f"{_W}noBreakHyphen"):
            yield "-" if child.tag == f"{_W}noBreakHyphen" else "\t"
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif child.tag == f"{_W}txbxContent":
            yield "\n" + "\n".join(_lines(child)) + "\n"
        elif child.tag not in _SKIPPED and child.tag != f"{_W}pPr":
            yield from _runs(child)


def _title(document: Document, paragraphs: list[str]) -> str | None:
    """The paragraph in the style Title, or the title of the properties if the document begins with it."""
    for paragraph in document.paragraphs[:_TITLE_WITHIN]:
        style = paragraph.style.name if paragraph.style is not None else ""
        text = " ".join(paragraph.text.split())
        if style in ("Title", "标题") and text:
            return text
    stated = re.sub(r"\s", "", document.core_properties.title or "")
    return next((text for text in paragraphs[:_TITLE_WITHIN] if stated and re.sub(r"\s", "", text) == stated), None)
