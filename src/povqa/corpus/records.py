"""Files of many articles: JSONL and CSV, whatever their columns are called."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from povqa.corpus.readers.encoding import decode
from povqa.corpus.readers.fields import FIELDS, RECORD_SUFFIXES, Record, record_of
from povqa.errors import CorpusError

__all__ = ["FIELDS", "RECORD_SUFFIXES", "Record", "read_records", "record_bytes", "record_of"]

_MOST_LINE = 32 << 20
_HEAD = 4 << 20  # the encoding is told by so much


def read_records(
    path: Path,
    mapping: Mapping[str, str] | None = None,
    *,
    report: Callable[[CorpusError], None] | None = None,
) -> Iterator[Record]:
    """The articles of a JSONL, CSV or TSV file, one after the other; it may be larger than memory.

    :param mapping: the file's names of our fields, {"text": "body"}; a field that is not named is looked for under the
        usual names.
    :param report: called with what is wrong with a line, which is then passed over; without it, it is raised.
    :raises CorpusError: the file cannot be read, or the mapping names no field of ours.
    """
    for name in mapping or ():
        if name not in FIELDS:
            raise CorpusError(
                f"there is no field {name}: name one of {', '.join(FIELDS)}",
                f"没有字段 {name}：可用的有 {'、'.join(FIELDS)}",
            )
    try:
        with path.open("rb") as stream:
            encoding = _encoding(stream.read(_HEAD), path)
            stream.seek(0)
            rows = _json_rows if path.suffix.lower() in (".jsonl", ".ndjson") else _csv_rows
            for line, fields in rows(stream, encoding, path):
                record = None if isinstance(fields, CorpusError) else record_of(fields, mapping)
                if record is not None:
                    yield record
                    continue
                error = fields if isinstance(fields, CorpusError) else _textless(path, line, fields)
                if report is None:
                    raise error
                report(error)
    except OSError as error:
        raise CorpusError(
            f"{path.name} cannot be read ({error.strerror}); check its permissions",
            f"无法读取 {path.name}（{error.strerror}）；请检查文件权限",
        ) from error


def record_bytes(record: Record) -> bytes:
    """A record as the .json file in which the corpus keeps it."""
    fields = {key: value for key, value in asdict(record).items() if value is not None and key != "name"}
    return json.dumps(fields, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def _textless(path: Path, line: int, fields: Mapping[str, Any]) -> CorpusError:
    names = ", ".join(str(name) for name in list(fields)[:8])
    return _wrong(
        path,
        line,
        f"it has no text; say which of its fields is the text ({names})",
        f"没有正文；请指明哪个字段是正文（{names}）",
    )


def _json_rows(stream: BinaryIO, encoding: str, path: Path) -> Iterator[tuple[int, dict[str, Any] | CorpusError]]:
    if encoding.startswith(("utf-16", "utf-32")):
        raise CorpusError(
            f"{path.name}: JSONL is read as UTF-8; save it so",
            f"{path.name}：JSONL 须为 UTF-8 编码；请另存为 UTF-8",
        )
    line = 0
    while row := stream.readline(_MOST_LINE + 1):
        line += 1
        if len(row) > _MOST_LINE:
            while row and not row.endswith(b"\n"):
                row = stream.readline(_MOST_LINE)
            yield (
                line,
                _wrong(
                    path,
                    line,
                    f"it is longer than {_MOST_LINE >> 20} MB; split it",
                    f"超过 {_MOST_LINE >> 20} MB；请拆分",
                ),
            )
            continue
        if not row.strip(b"\xef\xbb\xbf \t\r\n"):
            continue
        try:
            fields = json.loads(row.decode(encoding))
        except (ValueError, RecursionError):
            fields = None
        if isinstance(fields, dict):
            yield line, fields
        else:
            yield line, _wrong(path, line, "it is no JSON object; correct or remove it", "不是 JSON 对象；请改正或删除")


def _csv_rows(stream: BinaryIO, encoding: str, path: Path) -> Iterator[tuple[int, dict[str, Any] | CorpusError]]:
    import io

    csv.field_size_limit(_MOST_LINE)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="", errors="strict")
    try:
        first = text.readline(1 << 20)
        text.seek(0)
        # Excel writes commas, "Unicode text" tabs, and some systems semicolons.
        delimiter = max(",\t;", key=first.count)
        rows = _Rows(text)
        reader = csv.DictReader(rows, delimiter=delimiter)
        for row in reader:
            rows.length = 0
            row.pop(None, None)
            if any(row.values()):
                yield reader.line_num, row
    except (csv.Error, UnicodeError) as error:
        raise CorpusError(
            f"{path.name} cannot be read as a table ({error}); save it as CSV UTF-8",
            f"{path.name} 无法按表格读取（{error}）；请另存为 CSV UTF-8",
        ) from error
    finally:
        text.detach()  # the file is its opener's to close


class _Rows:
    """The lines of a table, up to a row that is longer than any article, by one line or by many in quotes.

    :ivar length: characters since it was last set to 0, when a row was whole.
    """

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.length = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(_MOST_LINE + 1):
            self.length += len(line)
            if self.length > _MOST_LINE:
                raise csv.Error(f"a row is longer than {_MOST_LINE >> 20} MB")
            yield line


def _encoding(head: bytes, path: Path) -> str:
    decoded = decode(head)
    if decoded is None:
        raise CorpusError(
            f"{path.name} is not a text file; save it as CSV UTF-8 or JSONL",
            f"{path.name} 不是文本文件；请另存为 CSV UTF-8 或 JSONL",
        )
    return decoded[1]


def _wrong(path: Path, line: int, en: str, zh: str) -> CorpusError:
    return CorpusError(f"{path.name}, line {line}: skipped, {en}", f"{path.name} 第 {line} 行：已跳过，{zh}")
