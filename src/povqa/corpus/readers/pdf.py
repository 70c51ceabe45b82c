"""PDF files."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from povqa.corpus.readers.encoding import characters
from povqa.corpus.readers.files import empty, skipped, too_large
from povqa.corpus.readers.names import people
from povqa.corpus.readers.pdf_layout import Column, Row, columns, join_lines, title_rows, without_margins
from povqa.corpus.readers.pdf_worker import MOST_PAGES, MOST_SECONDS, Contents
from povqa.errors import CorpusError
from povqa.types import RawDocument

_LEAST_PER_PAGE = 8  # characters: fewer are a scanner's stamps
_JUNK_TITLE = re.compile(
    r"microsoft|word|wps|excel|\.(?:docx?|wps|pdf|indd|qxd|fit)\b|^(?:无标题|文档|幻灯片|untitled)", re.I
)


def read_pdf(data: bytes, shown_path: str, id: str) -> RawDocument:
    """Read the text of a PDF: columns one after the other, broken lines joined, page heads and feet left out.

    :raises CorpusError: it has a password, no text, too many pages, or is no PDF.
    """
    contents = _take_apart(data, shown_path)
    if "error" in contents:
        raise _error(contents["error"], shown_path)
    sheets = contents["sheets"]
    count = sum(len(piece["text"]) for sheet in sheets for piece in sheet["pieces"])
    if count < _LEAST_PER_PAGE * len(sheets):
        raise skipped(
            shown_path,
            "this PDF has no text (it is a scan); run it through OCR first",
            "这个 PDF 没有文字层（是扫描件）；请先做文字识别（OCR）",
        )
    pages: list[list[Column]] = [columns(sheet) for sheet in without_margins(sheets)]
    rows: list[Row] = [row for page in pages for column in page for row in column.rows]
    if not rows:
        raise empty(shown_path)
    heading = title_rows(rows)
    stated = " ".join(characters(contents.get("title", "")).split())
    title = "".join(row.text for row in heading) or None
    if title is None and stated and not _JUNK_TITLE.search(stated) and re.search(r"[\u4e00-\u9fff]{4}", stated):
        title = stated
    return RawDocument(
        id=id,
        path=shown_path,
        text="\n".join(join_lines([column for page in pages for column in page], heading)),
        title=title,
        author=people(contents.get("author", "")),
    )


def _take_apart(data: bytes, shown_path: str) -> Contents:
    command = [sys.executable, "-P", "-m", "povqa.corpus.readers.pdf_worker"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=2 * MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"error": "slow"}
    if done.returncode:  # ended by a signal: of a limit, or of PDFium's own
        return {"error": "slow" if done.returncode < 0 else "broken"}
    contents: Contents = json.loads(done.stdout)
    return contents


def _error(kind: str, shown_path: str) -> CorpusError:
    if kind == "password":
        return skipped(
            shown_path,
            "this PDF is encrypted; save it without a password",
            "这个 PDF 已加密；请另存为不带密码的文件",
        )
    if kind == "large":
        return too_large(shown_path, f"{MOST_PAGES:,} pages", f"{MOST_PAGES:,} 页")
    if kind == "slow":
        return skipped(
            shown_path,
            f"reading this PDF takes more than {MOST_SECONDS} s or 2 GB; print it anew to PDF, or save it as text",
            f"读取这个 PDF 需要超过 {MOST_SECONDS} 秒或 2 GB 内存；请重新打印为 PDF，或另存为文本",
        )
    return skipped(shown_path, "it is not a readable PDF; open it and save it anew", "不是可读的 PDF；请打开后重新保存")
