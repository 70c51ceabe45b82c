"""Which engine searches an index, and what retrieval asks of it: files of our own (`local`), or a Milvus server.

The tables of articles, sentences and chunks stand in the index folder either way. Light: nothing of Milvus is
imported before an index is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from povqa.index.store import Index
    from povqa.index.tables import ChunkTable
    from povqa.types import Article

Spans = Sequence[tuple[int, int]]
Read = Callable[[Iterable[int]], Iterator["Article"]]  # articles by ordinal
LOCAL, MILVUS = "local", "milvus"


@dataclass(frozen=True, slots=True)
class MilvusPlace:
    """Where Milvus is.

    :param uri: `http://host:19530`, or a file that ends in `.db` for Milvus Lite, inside this process.
    :param shards: of a collection that is made; it cannot be changed afterwards.
    """

    uri: str
    token: str = field(default="", repr=False)
    shards: int = 1


@dataclass(frozen=True, slots=True)
class Store:
    """The engine that an index is to be in. `milvus` is needed to read from there, too, when it is to be local."""

    kind: Literal["local", "milvus"] = "local"
    milvus: MilvusPlace | None = None

    def is_worn(self, old: Index) -> bool:
        """Whether the index at hand cannot be gone on from in this engine, and all is written anew."""
        if old.manifest.store != self.kind:
            return True
        if self.kind == LOCAL:
            return False
        from povqa.index.milvus.writer import is_worn

        return is_worn(old)

    def writer(self, folder: Path, read: Read, old: Index | None) -> SearchWriter:
        """A writer for a generation.

        :param folder: of the index.
        :param read: reads the articles that enter.
        :param old: the generation to go on from; None: from nothing.
        """
        if self.kind == LOCAL:
            return LocalSearchWriter()
        from povqa.index.milvus.writer import MilvusSearchWriter

        assert self.milvus is not None
        return MilvusSearchWriter(self.milvus, folder, read, old)

    def tidy(self, folder: Path) -> None:
        """Delete from the server what no generation in the index folder has; only while no one else is writing.

        :raises StoreError: the server cannot be reached.
        """
        if self.kind == MILVUS:
            from povqa.index.milvus.tidy import tidy

            assert self.milvus is not None
            tidy(self.milvus, folder)


LOCAL_STORE = Store()


@dataclass(frozen=True, slots=True)
class Restriction:
    """What articles must be like, as it was asked for. None: anything.

    :param stand_ins: ordinals of articles that are searched for another, which is as asked while they may not be.
    """

    places: tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None
    sources: tuple[str, ...] | None = None
    authors: tuple[str, ...] | None = None
    stand_ins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a search may find, where it is restricted: masks over the articles by ordinal, the sentences, the chunks."""

    articles: NDArray[np.bool_]
    sentences: NDArray[np.bool_]
    chunks: NDArray[np.bool_]
    restriction: Restriction


class Lexical(Protocol):
    """The lexical side of an index. Safe to use from several threads."""

    @property
    def count(self) -> int:
        """How many sentences are searched."""

    def document_frequency(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """In how many sentences each token stands, titles and places left aside. Shape (len(terms),)."""


class Vectors(Protocol):
    """The dense side of an index. Safe to use from several threads."""

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of chunks that are searched, by number: shape (len(numbers), dim)."""


class SentenceWriter(Protocol):
    """Adds and deletes sentences; they are there once the block has ended well."""

    def __enter__(self) -> SentenceWriter: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def add_article(self, ordinal: int, article: Article, first: int, spans: Spans) -> None:
        """The sentences of an article, numbered from `first` on."""

    def delete(self, first: int, stop: int) -> None:
        """The sentences from `first` to before `stop`."""


class VectorWriter(Protocol):
    """Appends vectors after the last."""

    def append(self, vectors: NDArray[np.float32]) -> None:
        """Add vectors, shape (n, dim), unit rows."""

    def finish(self, sample: Callable[[], NDArray[np.float32]] | None = None) -> str:
        """Write the rest.

        :param sample: vectors of questions, to measure recall on.
        :return: what kind of index it is.
        """


class SearchWriter(Protocol):
    """Writes what a generation is searched by."""

    collection: str  # the name on the server, "" where there is none

    def sentences(self, folder: Path) -> SentenceWriter:
        """Writes the lexical side.

        :param folder: for its files; empty, or with those of the generation to go on from.
        """

    def vectors(self, folder: Path, dim: int, chunks: ChunkTable) -> VectorWriter:
        """Writes the dense side.

        :param chunks: all chunks of the generation.
        """

    def close(self) -> None:
        """Let go of what is held."""


class LocalSearchWriter:
    """tantivy and FAISS, in the index folder."""

    collection = ""

    def sentences(self, folder: Path) -> SentenceWriter:
        """See `SearchWriter`."""
        from povqa.index.lexical_writer import LexicalWriter

        return LexicalWriter(folder)

    def vectors(self, folder: Path, dim: int, chunks: ChunkTable) -> VectorWriter:
        """See `SearchWriter`."""
        from povqa.index.dense_writer import DenseWriter

        return DenseWriter(folder, dim)

    def close(self) -> None:
        """Nothing is held."""
