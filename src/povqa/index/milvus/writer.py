"""Writing an index into Milvus: rows are appended after those of the generation before, or into new collections.

Rows are written before the generation is swapped in, and those of articles that have left are deleted after it: so
each reader finds all that its tables know. What a writer that was stopped leaves is beyond what any tables know, and
is deleted by the next.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from povqa.index.database import copy, private
from povqa.index.milvus.filters import columns
from povqa.index.milvus.server import CHUNKS, SENTENCES, VECTOR, Server, collection_of
from povqa.index.milvus.terms import SCHEMA, TERMS, SentenceFields, TermCounter, TermTable, sentence_vector
from povqa.index.milvus.tidy import Ledger
from povqa.index.searching import MilvusPlace, Read, SentenceWriter, Spans, VectorWriter

if TYPE_CHECKING:
    from povqa.index.store import Index
    from povqa.index.tables import ChunkTable
    from povqa.types import Article

EXACT = 20_000  # chunks; more get an index that looks at few of them
_BATCH = 500  # rows sent at a time

Row = dict[str, Any]


def is_worn(old: Index) -> bool:
    """Whether an index in Milvus cannot be gone on from: the mean lengths have drifted, or it is a copy's."""
    from povqa.index.layout import LEXICAL

    if not Ledger(old.generation.parent).owns(old.manifest.collection):
        return True
    table = TermTable(old.generation / LEXICAL / TERMS)
    try:
        return table.has_drifted()
    finally:
        table.close()


class MilvusSearchWriter:
    """See `SearchWriter`.

    :raises StoreError: the server cannot be used; any method may.
    """

    def __init__(self, place: MilvusPlace, folder: Path, read: Read, old: Index | None) -> None:
        self._place = place
        self._read = read
        self._old = old
        self._server = Server(place)
        self.collection = old.manifest.collection if old else f"povqa_{uuid.uuid4().hex[:16]}"
        if old is None:
            Ledger(folder).enter(self.collection, place.uri)  # before it is made: a crash leaves nothing unknown

    def sentences(self, folder: Path) -> SentenceWriter:
        """See `SearchWriter`."""
        send = self._send(SENTENCES, 0, {"index_type": "SPARSE_INVERTED_INDEX"})
        return _Sentences(send, folder, self._read, self._old)

    def vectors(self, folder: Path, dim: int, chunks: ChunkTable) -> VectorWriter:
        """See `SearchWriter`."""
        exact = self._server.is_lite or len(chunks.article) <= EXACT
        hnsw = {"index_type": "HNSW", "params": {"M": 32, "efConstruction": 256}}
        index = {"index_type": "FLAT"} if exact else hnsw
        first = len(self._old.chunks.article) if self._old else 0
        send = self._send(CHUNKS, dim, index)
        return _Vectors(send, chunks, first, self._read, str(index["index_type"]))

    def close(self) -> None:
        """See `SearchWriter`."""
        self._server.close()

    def _send(self, kind: str, dim: int, index: dict[str, Any]) -> Callable[[Iterator[Row]], None]:
        collection = collection_of(self.collection, kind)
        if self._old is None:
            self._server.create(collection, kind, dim, index, self._place.shards)

        def send(rows: Iterator[Row]) -> None:
            while batch := list(islice(rows, _BATCH)):
                self._server.call("insert", collection, batch)
            if self._old is None or self._server.is_lite:
                self._server.call("flush", collection)

        return send


class _Sentences:
    """Counts the tokens first; the vectors, which need the mean lengths, are made and sent when the block ends."""

    def __init__(self, send: Callable[[Iterator[Row]], None], folder: Path, read: Read, old: Index | None) -> None:
        self._send = send
        self._read = read
        self._old = old
        self._added: list[tuple[int, int, NDArray[np.int32]]] = []
        self._stack = ExitStack()
        if old is not None:  # it is a link to the old one's
            (folder / TERMS).unlink()
            copy(old.generation / folder.name / TERMS, folder / TERMS)
        self._counter = TermCounter(self._stack.enter_context(private(folder / TERMS, SCHEMA)))

    def __enter__(self) -> _Sentences:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stack.__exit__(kind, error, trace)
            return
        with self._stack:
            means = self._counter.finish()
        self._send(self._rows(means))

    def add_article(self, ordinal: int, article: Article, first: int, spans: Spans) -> None:
        """See `SentenceWriter`."""
        fields = SentenceFields(article)
        for start, end in spans:
            self._counter.count(fields.of(start, end))
        self._added.append((ordinal, first, np.array(spans, np.int32).reshape(-1, 2)))

    def delete(self, first: int, stop: int) -> None:
        """See `SentenceWriter`; the rows themselves go after the swap."""
        assert self._old is not None
        table = self._old.sentences
        for number in range(first, stop):
            fields = self._fields_of(int(table.article[number]))
            self._counter.count(fields.of(int(table.start[number]), int(table.end[number])), -1)

    @lru_cache(maxsize=2)  # noqa: B019  # the writer does not live long
    def _fields_of(self, ordinal: int) -> SentenceFields:
        assert self._old is not None
        return SentenceFields(self._old.article(ordinal))

    def _rows(self, means: list[float]) -> Iterator[Row]:
        for ordinal, first, spans in self._added:
            (article,) = self._read([ordinal])
            fields, shared = SentenceFields(article), columns(ordinal, article)
            for place, (start, end) in enumerate(spans.tolist()):
                vector = sentence_vector(fields.of(start, end), means)
                yield {"number": first + place, VECTOR[SENTENCES]: vector, **shared}


class _Vectors:
    """Sends vectors, block by block."""

    def __init__(
        self, send: Callable[[Iterator[Row]], None], chunks: ChunkTable, first: int, read: Read, kind: str
    ) -> None:
        self._send = send
        self._article = chunks.article
        self._next = first
        self._columns = lru_cache(maxsize=64)(self._columns_of)
        self._read = read
        self._kind = kind

    def append(self, vectors: NDArray[np.float32]) -> None:
        """See `VectorWriter`."""
        numbers = range(self._next, self._next + len(vectors))
        self._send(
            {"number": number, VECTOR[CHUNKS]: row, **self._columns(int(self._article[number]))}
            for number, row in zip(numbers, vectors, strict=True)
        )
        self._next = numbers.stop

    def finish(self, sample: object = None) -> str:
        """See `VectorWriter`."""
        return f"Milvus {self._kind}"

    def _columns_of(self, ordinal: int) -> dict[str, Any]:
        (article,) = self._read([ordinal])
        return columns(ordinal, article)
