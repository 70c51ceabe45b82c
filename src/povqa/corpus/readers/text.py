"""Plain text and Markdown."""

from __future__ import annotations

from povqa.corpus.readers.encoding import characters, decode
from povqa.corpus.readers.files import MOST_CHARACTERS, empty, skipped, too_large
from povqa.types import RawDocument


def read_text(data: bytes, shown_path: str, id: str) -> RawDocument:
    """Read a text of any usual Chinese encoding."""
    text, encoding = decode_text(data, shown_path)
    return RawDocument(id=id, path=shown_path, text=text, encoding=encoding)


def decode_text(data: bytes, shown_path: str) -> tuple[str, str]:
    """The text and its encoding.

    :raises CorpusError: it is no text, empty, or longer than any article.
    """
    decoded = decode(data)
    if decoded is None:
        raise skipped(
            shown_path,
            "it is not a text file; remove it or replace it with text",
            "不是文本文件；请删除或换成文本",
        )
    text = characters(decoded[0])
    if not text.strip():
        raise empty(shown_path)
    if len(text) > MOST_CHARACTERS:
        raise too_large(shown_path, f"{MOST_CHARACTERS:,} characters", f"{MOST_CHARACTERS:,} 个字符")
    return text, decoded[1]
