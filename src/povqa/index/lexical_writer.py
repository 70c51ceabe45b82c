"""Writing the lexical index: sentences are added and deleted, in a folder of its own or over links to an older one.

tantivy writes a segment's files once: what changes is which segments `meta.json` names, and which of their sentences
are deleted, in files of their own. So two generations can share the files by hard links.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import tantivy

from povqa.index.lexical import FIELD_WEIGHTS
from povqa.index.searching import Spans
from povqa.index.tokens import tokens
from povqa.text.normalise import normalise

if TYPE_CHECKING:
    from povqa.types import Article

_HEAP = 256_000_000  # bytes; a million sentences stay one segment, or a few


class LexicalWriter:
    """Adds and deletes sentences; they are there once the block has ended well.

    :param folder: an empty folder, or one with the files of an index.
    :raises OSError: the disk is full or cannot be written; any method may.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _os_errors(folder):
            index = tantivy.Index.open(str(folder)) if (folder / "meta.json").exists() else _create(folder)
            whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
            index.register_tokenizer("tokens", whitespace)
            self._schema = index.schema
            self._writer = index.writer(_HEAP, 1)

    def __enter__(self) -> LexicalWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _os_errors(self._folder):
            if kind is None:
                self._writer.commit()
            self._writer.wait_merging_threads()
            for path in self._folder.iterdir() if kind is None else ():
                if path.stat().st_nlink == 1:  # some are written for their owner alone
                    path.chmod(self._folder.stat().st_mode & 0o666)

    def add_article(self, ordinal: int, article: Article, first: int, spans: Spans) -> None:
        """The sentences of an article, numbered from `first` on."""
        text, title = normalise(article.text), normalise(article.title)
        place = normalise(" ".join(article.place))
        for number, (start, end) in enumerate(spans, first):
            self.add(number, text[start:end], title, place)

    def add(self, number: int, sentence: str, title: str, place: str) -> None:
        """A sentence, its article's title and the names of its place, each normalised."""
        document = tantivy.Document()
        document.add_unsigned("id", number)
        document.add_text("text", " ".join(tokens(sentence)))
        document.add_text("title", _joined(title))
        document.add_text("place", _joined(place))
        with _os_errors(self._folder):
            self._writer.add_document(document)

    def delete(self, first: int, stop: int) -> None:
        """The sentences from `first` to before `stop`."""
        if first == stop:
            return
        query = tantivy.Query.range_query(self._schema, "id", tantivy.FieldType.Unsigned, first, stop - 1)
        with _os_errors(self._folder):
            self._writer.delete_documents_by_query(query)


@lru_cache(maxsize=64)
def _joined(text: str) -> str:
    return " ".join(tokens(text))


@contextmanager
def _os_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # how tantivy's I/O errors arrive
        raise OSError(f"{folder}: {error}") from error


def _create(folder: Path) -> tantivy.Index:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    for field in FIELD_WEIGHTS:
        builder.add_text_field(field, tokenizer_name="tokens", index_option="freq")
    return tantivy.Index(builder.build(), str(folder))
