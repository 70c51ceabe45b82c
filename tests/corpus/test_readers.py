"""Files of every kind that people drop into the folder."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.corpus.readers import decode, read_raw
from povqa.errors import CorpusError

SIMPLIFIED = "临沭县精准识别建档立卡贫困人口63305人，重点贫困村75个。"
TRADITIONAL = "臨沭縣精準識別建檔立卡貧困人口63305人，重點貧困村75個。"


@pytest.mark.parametrize("length", [8, 15, 30])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "utf-8-sig"),
        (SIMPLIFIED, "utf-16"),
        (SIMPLIFIED, "gb18030"),
        (TRADITIONAL, "gb18030"),
        (TRADITIONAL, "big5hkscs"),
    ],
)
def test_encodings_are_told_apart_even_on_short_pages(text, encoding, length):
    assert decode(text[:length].encode(encoding)) == (text[:length], encoding)


def test_big_endian_with_its_mark():
    assert decode(codecs.BOM_UTF16_BE + SIMPLIFIED.encode("utf-16-be")) == (SIMPLIFIED, "utf-16")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_page_cut_off_inside_a_character_is_still_read(encoding):
    decoded = decode(SIMPLIFIED.encode(encoding)[:-1])
    assert decoded is not None
    assert decoded[0][:-1] == SIMPLIFIED[:-1]
    assert decoded[1] == encoding


@given(st.binary(max_size=300))
def test_any_bytes_are_a_text_or_none(data):
    decoded = decode(data)
    assert decoded is None or isinstance(decoded[0], str)


def test_read(tmp_path):
    path = tmp_path / "一.TXT"
    path.write_bytes(SIMPLIFIED.encode("gb18030"))
    raw = read_raw(path, "seeds/一.TXT", "一")
    assert (raw.id, raw.path, raw.text, raw.encoding) == ("一", "seeds/一.TXT", SIMPLIFIED, "gb18030")


@pytest.mark.parametrize(
    ("name", "data", "en", "zh"),
    [
        ("a.txt", b"", "empty", "空的"),
        ("a.txt", b" \n\t", "empty", "空的"),
        ("a.txt", bytes(range(256)) * 4, "not a text file", "不是文本"),
        ("a.md", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not a text file", "不是文本"),
        ("a.exe", b"MZ", "kind", "不支持"),
        ("noending", b"x", "kind", "不支持"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(tmp_path, name, data, en, zh):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(CorpusError, match=en) as caught:
        read_raw(path, f"seeds/{name}", "a")
    assert f"seeds/{name}" in caught.value.message("zh")
    assert zh in caught.value.message("zh")
    assert "\n" not in caught.value.message()


def test_a_folder_named_like_a_text(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(CorpusError, match="cannot be read"):
        read_raw(tmp_path / "a.txt", "seeds/a.txt", "a")
