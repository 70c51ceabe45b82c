"""One article as a JSON object."""

from __future__ import annotations

import json

from povqa.corpus.readers.fields import record_of
from povqa.corpus.readers.files import skipped
from povqa.corpus.readers.text import decode_text
from povqa.types import RawDocument


def read_json(data: bytes, shown_path: str, id: str) -> RawDocument:
    """Read an article that stands as an object with the usual fields: text, title, source, author, published, url.

    :raises CorpusError: it is no such object.
    """
    text, encoding = decode_text(data, shown_path)
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise skipped(
            shown_path,
            "it is not valid JSON; write one object with title and text",
            "不是有效的 JSON；请写成一个含 title 和 text 的对象",
        ) from error
    record = record_of(fields) if isinstance(fields, dict) else None
    if record is None:
        raise skipped(
            shown_path,
            "it is no JSON object with a text; `povqa add` takes lists apart that stand as JSONL or CSV",
            "不是含正文（text）的 JSON 对象；多篇文章请存成 JSONL 或 CSV，再用 povqa add 导入",
        )
    return RawDocument(
        id=id,
        path=shown_path,
        text=record.text,
        title=record.title,
        source=record.source,
        author=record.author,
        published=record.published,
        url=record.url,
        encoding=encoding,
    )
