"""Small real files of each kind, and what a few wrong bytes make of them."""

from __future__ import annotations

import io
import json
from functools import cache
from zipfile import ZIP_DEFLATED, ZipFile

from hypothesis import strategies as st

from fuzz.grammar import ODD, PAGE, SEEDS
from tiny_pdf import write_pdf

BODY = "山下县修通了进村公路，通了自来水，村民们都说好。"


@cache
def files(suffix: str) -> tuple[bytes, ...]:
    """Files of a kind, a few hundred to a few thousand bytes each."""
    texts = [text[:600] for text in SEEDS]
    return {".docx": _word, ".pdf": _print, ".html": _web, ".json": _objects}.get(suffix, _plain)(texts)


def _plain(texts: list[str]) -> tuple[bytes, ...]:
    encodings = ("utf-8", "gb18030", "utf-16", "utf-8-sig", "utf-32", "big5")
    return tuple(text.encode(encoding, "ignore") for text, encoding in zip([*texts, texts[0]], encodings, strict=True))


def _web(texts: list[str]) -> tuple[bytes, ...]:
    found = []
    for number, text in enumerate(texts):
        paragraphs = "".join(f"<p>{line}</p>\n" for line in text.split("\n"))
        linked = {
            "@type": "NewsArticle",
            "headline": f"山下县修路记{number}",
            "datePublished": "2017-05-04T10:00:00+08:00",
            "author": [{"name": "王海鹰"}],
            "publisher": {"@type": "Organization", "name": "山下日报"},
        }
        found.append(
            f"<!DOCTYPE html>\n<!-- saved from url=(0030)http://www.a.cn/2017/c{number}.html -->\n"
            '<html lang="zh"><head><meta charset="utf-8"><meta name="ContentSource" content="山下日报">'
            f'<meta property="og:title" content="山下县修路记"><title>山下县修路记{number}_山下新闻网</title>'
            f'<link rel="canonical" href="http://www.a.cn/{number}"><script type="application/ld+json">'
            f"{json.dumps(linked, ensure_ascii=number % 2 == 0)}</script></head><body>"
            '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/n">新闻</a></li></ul></div>'
            f"<h1>山下县修路记{number}</h1>"
            "<div class='author'>2017-05-04 10:00 来源：山下日报 作者：王海鹰</div>"
            f"<div id='js_content'><section><p>{BODY}</p>{paragraphs}</section>"
            '<table><tr><td>年份<td>2017</table></div><div style="display:none">隐藏</div>'
            '<div class="foot"><a href="#">关于我们</a> ICP备12345号</div></body></html>'
        )
    return (*(page.encode() for page in found), found[0].replace("utf-8", "gb18030").encode("gb18030"))


def _print(texts: list[str]) -> tuple[bytes, ...]:
    found = []
    for number, text in enumerate(texts[:3]):
        rows = [text.replace("\n", "")[at : at + 34] for at in range(0, 340, 34)]
        page = [(72.0, 700.0 - 20 * place, 12.0, row) for place, row in enumerate(rows)]
        head = [(72.0, 760.0, 20.0, "山下县修路记"), (280.0, 40.0, 9.0, f"— {number + 1} —")]
        found.append(write_pdf([head + page, page[:3]], title="山下县修路记", author="王海鹰", locked=number == 2))
    return tuple(found)


def _word(texts: list[str]) -> tuple[bytes, ...]:
    import docx

    found = []
    for number, text in enumerate(texts[:3]):
        document = docx.Document()
        document.core_properties.title, document.core_properties.author = "山下县修路记", "王海鹰"
        document.add_heading("山下县修路记", 0 if number else 1)
        for line in text.split("\n"):
            document.add_paragraph(line)
        table = document.add_table(2, 2)
        table.cell(0, 0).text, table.cell(1, 1).text = "年份", "2017"
        table.cell(0, 1).add_table(1, 1).cell(0, 0).text = BODY
        stream = io.BytesIO()
        document.save(stream)
        found.append(_smaller(stream.getvalue()))
    return tuple(found)


def _smaller(data: bytes) -> bytes:
    """Without the picture and the latent styles that python-docx adds: parsing them is all the time that it takes."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            if not part.filename.endswith((".jpeg", ".png")):
                new.writestr(part.filename, old.read(part))
    return out.getvalue()


def _objects(texts: list[str]) -> tuple[bytes, ...]:
    return tuple(
        json.dumps(
            {
                "标题": "山下县修路记", "text": text.split("\n") if number % 2 else text, "date": "2017-05-04T10:00:00",
                "source": "山下日报", "authors": ["王海鹰", "李某"], "url": "http://www.a.cn/1", "id": number,
            },
            ensure_ascii=bool(number % 2),
        ).encode()
        for number, text in enumerate(texts)
    )  # fmt: skip


@cache
def tables(suffix: str) -> tuple[bytes, ...]:
    """Files of many articles."""
    texts = [text[:200] for text in SEEDS]
    if suffix == ".jsonl":
        rows = [data.decode() for data in _objects(texts)]
        return ("\n".join(rows).encode(), "\r\n\n".join(rows[::-1]).encode("utf-8-sig"))
    found = []
    for mark, encoding in ((",", "utf-8-sig"), ("\t", "gb18030"), (";", "utf-16"), (",", "utf-8")):
        cells = [[f'"{text}"', "山下县修路记", "2017-05-04", "山下日报"] for text in texts]
        rows = [mark.join(row) for row in [["内容", "标题", "日期", "来源"], *cells]]
        found.append("\r\n".join(rows).encode(encoding, "ignore"))
    return tuple(found)


_pieces = {
    ".html": [
        "<p>", "</p>", "<div>", "</div>", "<table>", "<td>", "<!--", "-->", "<script>", "</script>", "<h1>",
        "<title>", "<br>", "<a href='/'>", "<section>", "<ul><li>", "<svg>", "<iframe>", "<style>",
        "<meta name=date content=1>", "&#xd800;", "&#0;", "&#55357;", "]]>", "<![CDATA[",
        "<?xml version='1.0'?>", "<plaintext>", "<body>", "<html>", "\\ud800", "\\u0000", '"', " hidden",
        " style='display:none'", "<p " + "x=1 " * 50 + ">", "<b>" * 300, "<div>" * 300,
    ],
    ".json": [
        "{", "}", "[", "]", '"', ",", ":", "null", "1e999", "-0", "\\u0000", "\\ud800", "NaN", "[" * 2000, "\\",
        '"text":', "true",
    ],
    ".docx": [
        "<w:p>", "</w:p>", "<w:t>", "</w:t>", "<w:tbl>", "<w:tr>", "<w:tc>", "<w:sdt>", "<w:txbxContent>",
        "<w:del>", "<w:br/>", "&#0;", "&#xd800;", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "<w:sectPr/>",
        "w:val=\"Title\"", "<w:p>" * 300, "rId1", "../", "<!--", "]]>",
    ],
    ".pdf": [
        "/Kids", "/Parent 2 0 R", "/Count 99999", "/Length 0", "obj", "endobj", "stream", "endstream", "xref",
        "trailer", "<<", ">>", "[", "]", "/MediaBox [0 0 0 0]", "1 0 R", "2 0 R", "-1", "9999999999", "1e38",
        "Tf", "Tm", "Tj", "<FEFFD800>", "/Filter /FlateDecode", "startxref\n0", "0 0 0 0 0 0 Tm", "99999 Tf",
        "-12 Tf", "/Encrypt 5 0 R",
    ],
    ".csv": ['"', '""', ",", "\t", ";", "\r", "\n", "\x00", "," * 500, '"' * 99],
    ".jsonl": ["\n", "{", "}", '"', "\\u0000", "\\ud800", "[1]", "null", "\r", "\n\n", '{"text": "短"}'],
}  # fmt: skip
_common = [
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\x80", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"\x1a", b"\n", b"\r", b" ", b"\xff\xfe\x00\x00", b"\x81\x30\x81\x30", b"\x83\x36\xc7\x38", b"\xa1",
    b"\x00\xd8", *(piece.encode("utf-8", "ignore") for piece in (*ODD, *PAGE)),
]  # fmt: skip
_place = st.floats(0, 1, exclude_max=True, width=32)
Edit = tuple[int, float, int, bytes]


def edits(suffix: str, most: int = 6) -> st.SearchStrategy[list[Edit]]:
    """A few changes: a piece put in, bytes deleted, three times over or moved, a bit flipped, the rest gone."""
    own = [piece.encode() for piece in _pieces.get(suffix, [])]
    piece = st.one_of(st.sampled_from([*own, *own, *_common]), st.binary(min_size=1, max_size=4))
    kind = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 4, 5])
    return st.lists(
        st.tuples(
            kind,
            _place,
            st.sampled_from(
                [
                    1,
                    2,
                    4,
                    16,
                    100,
                    400,
                ]
            ),
            piece,
        ),
        min_size=1,
        max_size=most,
    )


def edited(data: bytes, changes: list[Edit]) -> bytes:
    """Bytes after some changes."""
    for kind, where, length, piece in changes:
        at = int(where * len(data))
        head, middle, tail = data[:at], data[at : at + length], data[at + length :]
        if kind == 0:
            data = head + piece + middle + tail
        elif kind == 1:
            data = head + tail
        elif kind == 2:
            data = head + middle * 3 + tail
        elif kind == 3:
            data = tail + head + middle
        elif kind == 4 and middle:
            data = head + bytes([middle[0] ^ (1 << length % 7)]) + middle[1:] + tail
        elif kind == 5 and length == 400:
            data = head
    return data


def broken(suffix: str) -> st.SearchStrategy[bytes]:
    """A real file of a kind with a few changes; of a Word document, changes of its parts or of the archive."""
    samples = st.deferred(lambda: st.sampled_from(files(suffix)))
    if suffix == ".docx":
        return st.one_of(
            st.builds(_repacked, samples, st.integers(0, 3), edits(suffix)), st.builds(edited, samples, edits("", 3))
        )
    return st.builds(edited, samples, edits(suffix))


def _repacked(data: bytes, chosen: int, changes: list[Edit]) -> bytes:
    """A Word document with one part changed: its text, its styles, its properties or its relations."""
    parts = ("word/document.xml", "word/document.xml", "docProps/core.xml", "word/_rels/document.xml.rels")
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            own = old.read(part)
            new.writestr(part.filename, edited(own, changes) if part.filename == parts[chosen] else own)
    return out.getvalue()
