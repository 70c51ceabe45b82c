"""Small real PDFs, written by hand: Chinese text in a font that every reader of PDFs knows."""

from __future__ import annotations

from collections.abc import Sequence

Line = tuple[float, float, float, str]  # left, bottom, size, text

_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [ << /Type /Font"
    b" /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo <<"
    b" /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000"
    b" /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -200 1000 900]"
    b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >> ] >>"
)
_LOCK = b"<< /Filter /Standard /V 1 /R 2 /P -60 /O <" + b"5A" * 32 + b"> /U <" + b"A5" * 32 + b"> >>"


def write_pdf(pages: Sequence[Sequence[Line]], *, title: str = "", author: str = "", locked: bool = False) -> bytes:
    """A PDF of A4 pages (595 by 842 points) with these lines of text.

    :param locked: it asks for a password.
    """
    bodies: dict[int, bytes] = {3: _FONT}
    kids = []
    for place, lines in enumerate(pages):
        page, content = 10 + 2 * place, 11 + 2 * place
        kids.append(b"%d 0 R" % page)
        bodies[page] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F 3 0 R >> >> >>" % content
        )
        text = "\n".join(
            f"BT /F {size} Tf 1 0 0 1 {left} {bottom} Tm <{words.encode('utf-16-be').hex()}> Tj ET"
            for left, bottom, size, words in lines
        ).encode()
        bodies[content] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)
    bodies[1] = b"<< /Type /Catalog /Pages 2 0 R >>"
    bodies[2] = b"<< /Type /Pages /Kids [ %s ] /Count %d >>" % (b" ".join(kids), len(kids))
    bodies[4] = b"<< /Title %s /Author %s >>" % (_string(title), _string(author))
    bodies[5] = _LOCK
    return _assemble(bodies, locked)


def _string(text: str) -> bytes:
    return b"<FEFF" + text.encode("utf-16-be").hex().encode() + b">"


def _assemble(bodies: dict[int, bytes], locked: bool) -> bytes:
    out = bytearray(b"%PDF-1.5\n")
    table = [b"0000000000 65535 f \n"] * (max(bodies) + 1)
    for number, body in sorted(bodies.items()):
        table[number] = b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    lock = b" /Encrypt 5 0 R /ID [<00> <00>]" if locked else b""
    out += b"xref\n0 %d\n%s" % (len(table), b"".join(table))
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(table), lock, start)
    return bytes(out)
