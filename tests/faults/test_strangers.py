"""Files that are made to harm whoever reads them: refused, or read, in little time and memory.

Each is read by a process of its own that may have no more of either. tests/corpus/test_hostile_files.py has what
broken pages and random bytes come to, tests/corpus/test_fetch.py what hostile sites do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import strangers
from strangers import DOCUMENT, PARAGRAPH, TEXT, document, docx

HERE = Path(__file__).resolve().parent
MEMORY = 1_500  # MB above what reading a harmless page takes
SECONDS = 60  # of the processor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limits")


def read(path: Path) -> dict[str, object]:
    command = [sys.executable, HERE / "read_file.py", path, str(6 << 30), str(2 * SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def check(path: Path, memory: int = MEMORY, seconds: float = SECONDS) -> str:
    found = read(path)
    assert int(str(found["megabytes"])) <= memory, found
    assert float(str(found["seconds"])) <= seconds, found
    assert "\n" not in str(found["found"])
    return str(found["found"])


SMALL: dict[str, Callable[[], bytes]] = {
    "a part of another kind": lambda: docx({DOCUMENT: document(PARAGRAPH), "word/styles.xml": document(PARAGRAPH)}),
    "billion laughs": lambda: docx({
        DOCUMENT: document("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", strangers.laughs(10, 10))}),
    "laughs in an attribute": lambda: docx({DOCUMENT: document('<w:p x="&l9;"/>', strangers.laughs(10, 10))}),
    "attributes by default": lambda: docx({DOCUMENT: document("<w:p/>" * 20_000, strangers.default_attributes(1_000))}),
    "more than is stated": lambda: strangers.lying_docx(1_000, document(PARAGRAPH * 10_000)),
    "parts that overlap": lambda: strangers.overlapping_docx(9_000),
    "an encoding that hides": lambda: docx({
        DOCUMENT: document(PARAGRAPH, '<?xml version="1.0" encoding="utf-7"?>')}),
    "too many elements": lambda: docx({DOCUMENT: document(b"<a/>" * 3_100_000)}),
    "too deep": lambda: docx({DOCUMENT: document("<w:sdt>" * 10_000)}),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_word_documents_that_are_refused(name: str, tmp_path: Path) -> None:
    from povqa.corpus.readers import read_data
    from povqa.errors import CorpusError

    with pytest.raises(CorpusError, match=r"a.docx: skipped, it (is not a readable Word document|holds more than)"):
        read_data(SMALL[name](), ".docx", "a.docx", "a")


def test_word_documents_of_many_levels_are_read() -> None:
    from povqa.corpus.readers import read_data

    data = docx({DOCUMENT: document(strangers.nested_tables(60, 500))})
    assert read_data(data, ".docx", "a.docx", "a").text.count(TEXT) == 500
    data = docx({DOCUMENT: document("<w:sdt>" * 240 + PARAGRAPH + "</w:sdt>" * 240)})
    assert read_data(data, ".docx", "a.docx", "a").text == TEXT


def test_attributes_without_end(tmp_path: Path) -> None:
    page = "<p " + "".join(f"a{n}=1 " for n in range(200_000)) + f">{TEXT * 3}</p>"
    (tmp_path / "a.html").write_text(page)
    assert check(tmp_path / "a.html", 200, 10) == "article"


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".txt", ".md", ".html", ".json"])
def test_a_gigabyte_of_one_line_of_nothing(suffix: str, tmp_path: Path) -> None:
    """A sparse file: it takes no room on the disk."""
    from povqa.corpus.readers import READERS, read_raw
    from povqa.corpus.records import read_records
    from povqa.errors import CorpusError

    path = tmp_path / f"a{suffix}"
    strangers.sparse(1 << 30, TEXT.encode() * 100)(path)
    with pytest.raises(CorpusError):  # noqa: PT012 - which of them reads it is all the same
        if suffix in READERS:
            read_raw(path, path.name, "a")
        else:
            list(read_records(path))


LONG: dict[str, tuple[str, Callable[[], list[bytes]]]] = {
    "a gigabyte of one line, text": ("a.txt", lambda: [b"a" * (1 << 20)] * 1024),
    "a gigabyte of one line, table": ("a.csv", lambda: [b"text,title\n", *[b"a" * (1 << 20)] * 1024]),
    "a gigabyte of one line, records": ("a.jsonl", lambda: [b'{"text":"', *[b"a" * (1 << 20)] * 1024]),
    "a row of half a billion columns": ("a.csv", lambda: [b"text,title\n", *[b"," * (1 << 20)] * 512]),
    "a head of a hundred million columns": ("a.csv", lambda: [b"text", *[b",a" * (1 << 19)] * 200]),
    "a row that goes on over lines": ("a.csv", lambda: [b"text,title\n", *[b'"aaaa\n\n",' * (1 << 17)] * 300]),
    "lists in a record": ("a.jsonl", lambda: [b'{"text":"x","b":[' + b"[]," * 9_000_000 + b"[]]}"]),
    "lists in lists": ("a.json", lambda: [b"[" * 30_000_000]),
    "objects": ("a.json", lambda: [b'{"text":"a","b":[' + b'{"a":{}},' * 3_000_000 + b"{}]}"]),
    "elements": ("a.html", lambda: [b"<b>" * 1_600_000]),
    "elements in elements": ("a.html", lambda: [b"<div>" * 990_000]),
    "tables in tables": ("a.html", lambda: [b"<table><tr><td>" * 330_000]),
    "attributes, a thousand each": ("a.html", lambda: [
        (b"<p " + b"".join(b"a%d " % n for n in range(990)) + b">x</p>") * 900]),
    "word: attributes": ("a.docx", lambda: [docx({DOCUMENT: document(
        b"<a " + b"".join(b'a%d="" ' % n for n in range(1_400_000)) + b"/>")})]),
    "word: elements": ("a.docx", lambda: [docx({DOCUMENT: document(b"<w:p/>" * 2_900_000)})]),
    "word: elements of every part": ("a.docx", lambda: [docx({
        DOCUMENT: document(PARAGRAPH), **{f"word/{name}.xml": document(b"<a/>" * 15_000_000)
                                          for name in ("numbering", "settings", "footnotes")}})]),
    "word: tables in tables": ("a.docx", lambda: [docx({DOCUMENT: document(strangers.nested_tables(60, 150_000))})]),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_large_files_take_little(name: str, tmp_path: Path) -> None:
    file, pieces = LONG[name]
    strangers.write_long(tmp_path / file, pieces())
    check(tmp_path / file)


PDFS = strangers.LOOPING_PDFS


def test_a_pdf_that_loops(tmp_path: Path) -> None:
    """One of them: each takes a process of PDFium. The others: `make test-slow`."""
    (tmp_path / "a.pdf").write_bytes(PDFS["page tree of two"]())
    check(tmp_path / "a.pdf", 500, 20)


@pytest.mark.slow
@pytest.mark.parametrize("name", PDFS)
def test_every_pdf_that_loops(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(PDFS[name]())
    check(tmp_path / "a.pdf", 2_100, 70)
