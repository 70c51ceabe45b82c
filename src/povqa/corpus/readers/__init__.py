"""Files to raw documents: which reader takes which kind of file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from povqa.corpus.readers.article_json import read_json
from povqa.corpus.readers.docx import read_docx
from povqa.corpus.readers.encoding import decode
from povqa.corpus.readers.fields import RECORD_SUFFIXES
from povqa.corpus.readers.files import read_bytes, skipped
from povqa.corpus.readers.html import read_html
from povqa.corpus.readers.pdf import read_pdf
from povqa.corpus.readers.text import read_text
from povqa.types import RawDocument

__all__ = ["READERS", "decode", "read_data", "read_raw"]

Reader = Callable[[bytes, str, str], RawDocument]

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".json": read_json,
}


def read_raw(path: Path, shown_path: str, id: str) -> RawDocument:
    """Read a file of the corpus.

    :param shown_path: the path as people are shown it.
    :raises CorpusError: the file is of an unknown kind, empty, binary, too large, or cannot be read.
    """
    _reader(path.suffix, shown_path)
    return read_data(read_bytes(path, shown_path), path.suffix, shown_path, id)


def read_data(data: bytes, suffix: str, shown_path: str, id: str) -> RawDocument:
    """Read what a file of the corpus holds, or would hold.

    :param suffix: the kind of file, with its dot.
    :raises CorpusError: as `read_raw`.
    """
    return _reader(suffix, shown_path)(data, shown_path, id)


def _reader(suffix: str, shown_path: str) -> Reader:
    reader = READERS.get(suffix.lower())
    if suffix.lower() in RECORD_SUFFIXES:
        raise skipped(
            shown_path,
            "it holds many articles; `povqa add` takes it apart",
            "里面有多篇文章；请用 povqa add 拆开导入",
        )
    if reader is None:
        known = " ".join(READERS)
        raise skipped(
            shown_path,
            f"files of this kind cannot be read (known: {known}); save it as UTF-8 text",
            f"不支持这种文件（支持 {known}）；请另存为 UTF-8 文本",
        )
    return reader
