"""Word documents."""

import io
import zipfile

import docx
import pytest

from povqa.corpus.cleaning import clean
from povqa.corpus.readers import read_data
from povqa.errors import CorpusError

BODY = "山下县修通了进村公路，通了自来水，村民们都说好。"
NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def read(document):
    stream = io.BytesIO()
    document.save(stream)
    return read_data(stream.getvalue(), ".docx", "corpus/a.docx", "a")


def briefing():
    document = docx.Document()
    document.core_properties.title = "山下县扶贫简报"
    document.core_properties.author = "王海鹰"
    document.sections[0].header.paragraphs[0].text = "内部资料 注意保存"
    document.sections[0].footer.paragraphs[0].text = "第 1 页"
    document.add_paragraph("山下县扶贫简报")
    document.add_paragraph(BODY)
    return document


def test_paragraphs_title_and_author():
    raw = read(briefing())
    assert raw.text == f"山下县扶贫简报\n{BODY}"
    assert (raw.title, raw.author) == ("山下县扶贫简报", "王海鹰")
    article = clean(raw).article
    assert (article.title, article.text, article.author) == ("山下县扶贫简报", BODY, "王海鹰")


def test_properties_that_the_text_does_not_bear_out():
    document = briefing()
    document.core_properties.title = "Word 文档"
    document.core_properties.author = "Administrator"
    raw = read(document)
    assert (raw.title, raw.author) == (None, None)


def test_a_row_of_a_table_is_a_line_in_its_place():
    document = briefing()
    table = document.add_table(rows=3, cols=3)
    for row, cells in enumerate([("县", "户数", "人数"), ("临沭县", "3309户", "6139人"), ("凌云县", "2104户", "")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(1, 1))
    document.add_paragraph("以上为全年数字。")
    lines = read(document).text.split("\n")
    assert lines[2:] == ["县 户数 人数", "临沭县 3309户 6139人", "凌云县 2104户", "以上为全年数字。"]


def test_rows_survive_cleaning():
    document = briefing()
    table = document.add_table(rows=2, cols=2)
    for row, cells in enumerate(
        [("临沭县", "还有贫困人口三千三百零九户，六千一百三十九人，重点贫困村二十个"), ("凌云县", "还有贫困人口两千户")]
    ):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    text = clean(read(document)).article.text
    assert "凌云县 还有贫困人口两千户" in text


def test_inserted_text_counts_and_deleted_text_does_not():
    document = briefing()
    paragraph = document.add_paragraph("还剩")._p
    for tag, inner, text in (("ins", "t", "3309户"), ("del", "delText", "9999户")):
        change = paragraph.makeelement(f"{{{NS}}}{tag}", {})
        run = change.makeelement(f"{{{NS}}}r", {})
        piece = run.makeelement(f"{{{NS}}}{inner}", {})
        piece.text = text
        run.append(piece)
        change.append(run)
        paragraph.append(change)
    assert read(document).text.endswith("还剩3309户")


def repacked(replace):
    """The briefing with parts changed: {name: bytes}."""
    stream = io.BytesIO()
    briefing().save(stream)
    out = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, replace.get(name, old.read(name)))
        for name in replace.keys() - set(old.namelist()):
            new.writestr(name, replace[name])
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "en"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted, or an old .doc"),
        (b"not a zip", "not a readable Word document"),
        (b"PK\x05\x06" + bytes(18), "not a readable Word document"),
        (repacked({"word/document.xml": b"<broken"}), "not a readable Word document"),
        (repacked({"word/document.xml": bytes(65 << 20)}), "256 MB unpacked"),
    ],
)
def test_what_cannot_be_read_says_why(data, en):
    with pytest.raises(CorpusError, match=en):
        read_data(data, ".docx", "corpus/a.docx", "a")


def test_entities_are_not_unfolded():
    laughs = "".join(f'<!ENTITY l{n} "{10 * f"&l{n - 1};"}">' for n in range(1, 12))
    body = f'<!DOCTYPE d [<!ENTITY l0 "哈哈哈哈哈哈">{laughs}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    text = f'<w:document xmlns:w="{NS}"><w:body><w:p><w:r><w:t>好&l11;&f;</w:t></w:r></w:p></w:body></w:document>'
    try:
        raw = read_data(repacked({"word/document.xml": (body + text).encode()}), ".docx", "corpus/a.docx", "a")
    except CorpusError:
        return
    assert "哈" not in raw.text
    assert "root" not in raw.text
