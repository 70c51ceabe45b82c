"""Where the sentences and chunks stand: columns of 32-bit integers, memory-mapped."""

from __future__ import annotations

from array import array
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError
from povqa.text.chunks import make_chunks
from povqa.text.sentences import split_sentences
from povqa.types import Article

Column = NDArray[np.int32]
# numpy reads a file's head by `ast.literal_eval`; in CPython 3.11 two threads that do so may meet a SystemError.
_LOADING = Lock()


class SentenceTable(NamedTuple):
    """Row i is sentence i: code points [start, end) of the text of the article with that ordinal."""

    article: Column
    start: Column
    end: Column


class ChunkTable(NamedTuple):
    """Row i is chunk i and vector i: code points [start, end), the sentences `first` to `last`, both included."""

    article: Column
    start: Column
    end: Column
    first: Column
    last: Column


class TableWriter:
    """The tables of a generation that is being written: those of an older one, and rows after them."""

    def __init__(self, sentences: SentenceTable | None = None, chunks: ChunkTable | None = None) -> None:
        self._old = (sentences, chunks)
        self._sentences = array("i")
        self._chunks = array("i")
        self.sentence_count = len(sentences.article) if sentences else 0
        self.chunk_count = len(chunks.article) if chunks else 0

    def add(self, ordinal: int, article: Article) -> list[tuple[int, int]]:
        """Cut an article into sentences, and group these into chunks. Its ordinal is above all before it.

        :return: the sentences' offsets.
        """
        spans = split_sentences(article.text)
        before = self.sentence_count
        by_start = {start: before + i for i, (start, _) in enumerate(spans)}
        by_end = {end: before + i for i, (_, end) in enumerate(spans)}
        for start, end in spans:
            self._sentences.extend((ordinal, start, end))
        chunks = make_chunks(article, spans)
        for chunk in chunks:
            self._chunks.extend((ordinal, chunk.start, chunk.end, by_start[chunk.start], by_end[chunk.end]))
        self.sentence_count += len(spans)
        self.chunk_count += len(chunks)
        return spans

    def tables(self) -> tuple[SentenceTable, ChunkTable]:
        """All rows."""
        sentences, chunks = _columns(self._sentences, 3), _columns(self._chunks, 5)
        if self._old[0] is not None:
            sentences = [np.concatenate(pair) for pair in zip(self._old[0], sentences, strict=True)]
        if self._old[1] is not None:
            chunks = [np.concatenate(pair) for pair in zip(self._old[1], chunks, strict=True)]
        return SentenceTable(*sentences), ChunkTable(*chunks)


def save(table: SentenceTable | ChunkTable, path: Path) -> None:
    """Write a table as one array, shape (columns, rows)."""
    np.save(path, np.stack(table))


def load_sentences(path: Path) -> SentenceTable:
    """:raises BrokenIndexError: there is no such table."""
    return SentenceTable(*_load(path, len(SentenceTable._fields)))


def load_chunks(path: Path) -> ChunkTable:
    """:raises BrokenIndexError: there is no such table."""
    return ChunkTable(*_load(path, len(ChunkTable._fields)))


def save_alive(alive: NDArray[np.bool_], path: Path) -> None:
    """Write which ordinals are those of articles that are searched. The rows of the others are dead."""
    np.save(path, alive)


def load_alive(path: Path) -> NDArray[np.bool_]:
    """:raises BrokenIndexError: there is no such mask."""
    try:
        with _LOADING:
            mask: NDArray[np.bool_] = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise _broken(path) from error
    if mask.dtype != np.bool_ or mask.ndim != 1:
        raise _broken(path)
    return mask


def _columns(rows: array[int], count: int) -> list[Column]:
    table = np.frombuffer(rows, dtype=np.int32) if rows else np.empty(0, np.int32)
    return [np.ascontiguousarray(table.reshape(-1, count)[:, i]) for i in range(count)]


def _load(path: Path, columns: int) -> NDArray[np.int32]:
    try:
        with _LOADING:
            array: NDArray[np.int32] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise _broken(path) from error
    if array.dtype != np.int32 or array.ndim != 2 or len(array) != columns:
        raise _broken(path)
    return array


def _broken(path: Path) -> BrokenIndexError:
    return BrokenIndexError(f"{path} is damaged: run `povqa index`.", f"{path} 已损坏:请运行 `povqa index`。")
