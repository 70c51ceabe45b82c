"""Files with wrong bytes are read or refused in words, at once, and what is read can be stored and shown."""

import json
import math
import re
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import strategies as st

from fuzz.grammar import lines, texts
from fuzz.profile import TIMES, fuzzed
from fuzz.samples import broken, edited, edits, files, tables
from povqa.corpus.cleaning import clean
from povqa.corpus.filenames import safe_relative
from povqa.corpus.readers import decode, read_data
from povqa.corpus.readers.pdf_layout import columns, join_lines, title_rows, without_margins
from povqa.corpus.records import read_records, record_bytes
from povqa.errors import CorpusError

_UNFIT = re.compile("[\x00\ud800-\udfff]")
_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.ASCII)


def check_strings(found, *names):
    for name in names:
        value = getattr(found, name)
        assert value is None or (isinstance(value, str) and value.strip() and not _UNFIT.search(value)), name
    assert found.published is None or _DAY.fullmatch(found.published)


def check_refusal(error, suffix):
    assert error.en.startswith(f"corpus/a{suffix}: skipped, ")
    assert error.zh != error.en


def check_read(data, suffix):
    """The bytes of a file come to an article that can be kept, or to a line in two languages."""
    try:
        raw = read_data(data, suffix, f"corpus/a{suffix}", "a")
    except CorpusError as error:
        check_refusal(error, suffix)
        return None
    check_strings(raw, "text", "title", "source", "author", "published", "url")
    return raw


@fuzzed(broken(".txt"), thousands=8)
def test_texts(data):
    check_read(data, ".txt")
    found = decode(data)
    assert found is None or isinstance(found[0], str)


@fuzzed(broken(".md") | texts.map(lambda text: text.encode("utf-8", "surrogatepass")), thousands=3)
def test_markdown_becomes_an_article(data):
    raw = check_read(data, ".md")
    assert raw is None or not _UNFIT.search(clean(raw).article.text)


@fuzzed(broken(".html"), thousands=7, few=6)
def test_web_pages(data):
    check_read(data, ".html")


@fuzzed(broken(".json"), thousands=8)
def test_objects(data):
    check_read(data, ".json")


@fuzzed(broken(".docx"), thousands=5, few=4)
def test_word_documents(data):
    check_read(data, ".docx")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


def check_table(path, data):
    path.write_bytes(data)
    wrong = []
    try:
        for record in read_records(path, report=wrong.append):
            check_strings(record, "text", "title", "source", "author", "published", "url", "name")
            assert safe_relative(f"a/{record.name}.json").startswith("a/")
            back = read_data(record_bytes(record), ".json", "corpus/a.json", "a")
            assert back.text == record.text
    except CorpusError as error:
        wrong.append(error)
    assert all(path.name in error.en and path.name in error.zh for error in wrong)


@fuzzed(st.builds(edited, st.deferred(lambda: st.sampled_from(tables(".csv"))), edits(".csv")), thousands=5, few=6)
def test_tables(folder, data):
    check_table(folder / "a.csv", data)


@fuzzed(st.builds(edited, st.deferred(lambda: st.sampled_from(tables(".jsonl"))), edits(".jsonl")), thousands=5, few=6)
def test_lines_of_objects(folder, data):
    check_table(folder / "a.jsonl", data)


_number = st.one_of(
    st.floats(-50, 900, width=32), st.sampled_from([0.0, -1e9, 1e9, 1e308, -1e308, 0.001, 70.0, 300.0, 500.0])
)
_size = st.sampled_from([0.01, 9.0, 10.0, 12.0, 20.0, 1e6])
_text = (
    st.one_of(lines, st.sampled_from(["— 1 —", "第1页", "脱贫", "a"]))
    .map(lambda t: _UNFIT.sub("", " ".join(t.split())))
    .filter(bool)
)


def _run(text, left, width, bottom, size):
    return {"text": text, "left": left, "right": left + width, "bottom": bottom, "size": size}


_set = st.builds(_run, _text, _number, st.sampled_from([10.0, 200.0, 450.0, -5.0, 1e6]), _number, _size)
_rows = st.builds(
    lambda texts, left, top: [_run(text, left, 12.0 * len(text), top - 18 * n, 12.0) for n, text in enumerate(texts)],
    st.lists(_text, min_size=2, max_size=12), st.sampled_from([72.0, 310.0]), st.floats(200, 800, width=32),
)  # fmt: skip
_sheet = st.builds(
    lambda rows, others, width, height: {"width": width, "height": height, "pieces": [*sum(rows, []), *others]},
    st.lists(_rows, max_size=3), st.lists(_set, max_size=4),
    st.sampled_from([595.0, 595.0, 0.0, 1e7]), st.sampled_from([842.0, 842.0, 0.0]),
)  # fmt: skip


@fuzzed(st.lists(_sheet, min_size=1, max_size=3), thousands=5, few=6)
def test_print_in_any_place_becomes_lines(sheets):
    pages = [columns(sheet) for sheet in without_margins(sheets)]
    blocks = [block for page in pages for block in page]
    rows = [row for block in blocks for row in block.rows]
    kept = [piece["text"] for sheet in without_margins(sheets) for piece in sheet["pieces"]]
    assert sorted("".join("".join(row.text for row in rows).split())) == sorted("".join("".join(kept).split()))
    heading = title_rows(rows) if rows else []
    assert all(any(row is one for one in rows) for row in heading)
    joined = join_lines(blocks, heading)
    assert "".join("".join(joined).split()) == "".join("".join(row.text for row in rows).split())
    assert all(left and right for left, right in pairwise(joined))


_WORKER = """
import json, sys
from povqa.corpus.readers.pdf_worker import take_apart
read = sys.stdin.buffer.read
while head := read(4):
    answer = json.dumps(take_apart(read(int.from_bytes(head, "big")))).encode()
    sys.stdout.buffer.write(len(answer).to_bytes(4, "big") + answer)
    sys.stdout.buffer.flush()
"""


class Worker:
    """Takes PDFs apart as the reader's own process does, many in one process; a new one where one has ended."""

    def __init__(self):
        self.process = None
        self.ended = 0

    def take_apart(self, data):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        try:
            self.process.stdin.write(len(data).to_bytes(4, "big") + data)
            self.process.stdin.flush()
            head = self.process.stdout.read(4)
        except BrokenPipeError:
            head = b""
        if len(head) < 4:  # PDFium, or what stands around it, has failed: the reader says "broken"
            self.process.communicate()
            self.ended += 1
            return {"error": "broken"}
        return json.loads(self.process.stdout.read(int.from_bytes(head, "big")))

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


@fuzzed(broken(".pdf"), thousands=6, few=6, seconds=5)
def test_pdfs(worker, data):
    contents = worker.take_apart(data)
    if "error" in contents:
        assert contents["error"] in ("password", "broken", "large")
        return
    for sheet in contents["sheets"]:
        for piece in sheet["pieces"]:
            assert not _UNFIT.search(piece["text"])
            assert all(math.isfinite(piece[key]) for key in ("left", "right", "bottom", "size"))
    rows = [row for sheet in without_margins(contents["sheets"]) for block in columns(sheet) for row in block.rows]
    assert all(row.text for row in rows)


@pytest.mark.parametrize("data", files(".pdf"), ids=["a", "b", "locked"])
def test_a_pdf_through_the_reader_itself(data):
    check_read(data, ".pdf")


@pytest.mark.skipif(not TIMES, reason="a process for each file: only with POVQA_FUZZ")
@fuzzed(broken(".pdf"), thousands=0.5, few=1, seconds=10)
def test_pdfs_through_the_reader_itself(data):
    raw = check_read(data, ".pdf")
    assert raw is None or clean(raw).article.title
