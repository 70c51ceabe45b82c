"""Files of many articles, and one as JSON."""

import json

import pytest

from povqa.corpus.readers import read_data
from povqa.corpus.records import Record, read_records, record_bytes
from povqa.errors import CorpusError

TEXT = "山下县修通了进村公路，\n通了自来水。"


def bare(records):
    return [(r.text, r.title, r.source, r.author, r.published, r.url) for r in records]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_tables_as_excel_writes_them(tmp_path, encoding, delimiter):
    path = tmp_path / "a.csv"
    rows = [
        ["标题", "正文", "发布时间", "来源", "作者", "链接"],
        ["修路", TEXT, "2017/5/4", "山下日报", "王海鹰", "https://a.cn/1"],
    ]
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    assert bare(read_records(path)) == [(TEXT, "修路", "山下日报", "王海鹰", "2017-05-04", "https://a.cn/1")]


def test_lines_of_json_and_what_is_wrong_with_some(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [
        json.dumps({"title": "甲", "content": TEXT, "date": "2017-05-04T09:12:00"}),
        "{broken",
        "",
        "[1, 2]",
        json.dumps({"title": "乙"}),
        json.dumps({"Text": ["一段。", "二段。"], "authors": ["王海鹰", "李志强"], "publish_time": 1493860338}),
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    wrong = []
    assert bare(read_records(path, report=wrong.append)) == [
        (TEXT, "甲", None, None, "2017-05-04", None),
        ("一段。\n二段。", None, None, "王海鹰\n李志强", "2017-05-04", None),
    ]
    assert [error.en.partition(":")[0] for error in wrong] == [f"a.jsonl, line {line}" for line in (2, 4, 5)]
    with pytest.raises(CorpusError, match="line 2"):
        list(read_records(path))


def test_a_mapping_goes_before_the_guess(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "摘要", "正文全": TEXT, "k": "甲"}), encoding="utf-8")
    assert bare(read_records(path, {"text": "正文全", "title": "k"})) == [(TEXT, "甲", None, None, None, None)]
    with pytest.raises(CorpusError, match="no field body: name one of text, title"):
        list(read_records(path, {"body": "text"}))


def test_names_do_not_hang_on_the_text_nor_on_the_records_before(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [{"title": "工作/动态", "text": text} for text in ("一。", "二。")] + [
        {"id": 17, "text": "三。"},
        {"text": "四。"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    names = [record.name for record in read_records(path)]
    assert len(set(names)) == 3, "the first two differ by their text alone"
    assert names[0] == names[1]
    assert names[0].startswith("工作_动态-")
    assert names[2] == "17"
    rows[0]["text"] = "一，改过。"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert [record.name for record in read_records(path)] == names
    path.write_text("\n".join(map(json.dumps, rows[1:])), encoding="utf-8")
    assert [record.name for record in read_records(path)] == names[1:]


def test_a_record_comes_back_as_an_article():
    record = Record(TEXT, "修路", "山下日报", "王海鹰", "2017-05-04", "https://a.cn/1", name="x")
    raw = read_data(record_bytes(record), ".json", "corpus/a.json", "a")
    assert (raw.text, raw.title, raw.source, raw.author, raw.published, raw.url) == (
        TEXT, "修路", "山下日报", "王海鹰", "2017-05-04", "https://a.cn/1",
    )  # fmt: skip


@pytest.mark.parametrize("text", ["[1]", "{}", '{"title": "甲"}', "{", "[" * 100_000, "12"])
def test_json_that_is_no_article(text):
    with pytest.raises(CorpusError, match="JSON"):
        read_data(text.encode(), ".json", "corpus/a.json", "a")


def test_a_table_in_the_corpus_folder_points_to_add():
    with pytest.raises(CorpusError, match="povqa add"):
        read_data(b"a,b", ".csv", "corpus/a.csv", "a")


def test_a_line_that_does_not_end(tmp_path, monkeypatch):
    monkeypatch.setattr("povqa.corpus.records._MOST_LINE", 1000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "' + b"a" * 5000 + b'"}\n' + json.dumps({"text": TEXT}).encode())
    wrong = []
    assert [record.text for record in read_records(path, report=wrong.append)] == [TEXT]
    assert "longer than" in wrong[0].en


@pytest.mark.parametrize("data", [b"\x00\x01\x02" * 50, b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_is_no_text(tmp_path, data):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(CorpusError, match="not a text file"):
        list(read_records(tmp_path / "a.csv"))


def test_what_no_text_holds_is_left_out():
    data = json.dumps({"text": f"{TEXT}\0\ud800完。", "title": "修\0路", "author": "\udfff"}).encode()
    raw = read_data(data, ".json", "corpus/a.json", "a")
    assert (raw.text, raw.title, raw.author) == (f"{TEXT}完。", "修路", None)
    assert read_data(f"{TEXT * 9}\0完。".encode(), ".txt", "corpus/a.txt", "a").text == f"{TEXT * 9}完。"


def test_lists_within_lists_are_followed_so_far():
    def nested(depth):
        return ("[" * depth + json.dumps(TEXT) + "]" * depth).join(['{"text":', "}"]).encode()

    assert read_data(nested(3), ".json", "corpus/a.json", "a").text == TEXT
    with pytest.raises(CorpusError, match="no JSON object with a text"):
        read_data(nested(900), ".json", "corpus/a.json", "a")
