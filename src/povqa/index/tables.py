"""Where the sentences and chunks stand: columns of 32-bit integers, memory-mapped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError
from povqa.text.chunks import make_chunks
from povqa.text.sentences import split_sentences
from povqa.types import Article

Column = NDArray[np.int32]


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


def make_tables(articles: Iterable[Article]) -> tuple[SentenceTable, ChunkTable]:
    """Cut the articles into sentences, and group these into chunks, in the order of the articles."""
    sentences: list[tuple[int, int, int]] = []
    chunks: list[tuple[int, int, int, int, int]] = []
    for ordinal, article in enumerate(articles):
        spans = split_sentences(article.text)
        before = len(sentences)
        by_start = {start: before + i for i, (start, _) in enumerate(spans)}
        by_end = {end: before + i for i, (_, end) in enumerate(spans)}
        sentences.extend((ordinal, start, end) for start, end in spans)
        chunks.extend(
            (ordinal, chunk.start, chunk.end, by_start[chunk.start], by_end[chunk.end])
            for chunk in make_chunks(article, spans)
        )
    return SentenceTable(*_columns(sentences, 3)), ChunkTable(*_columns(chunks, 5))


def save(table: SentenceTable | ChunkTable, path: Path) -> None:
    """Write a table as one array, shape (columns, rows)."""
    np.save(path, np.stack(table))


def load_sentences(path: Path) -> SentenceTable:
    """:raises BrokenIndexError: there is no such table."""
    return SentenceTable(*_load(path, len(SentenceTable._fields)))


def load_chunks(path: Path) -> ChunkTable:
    """:raises BrokenIndexError: there is no such table."""
    return ChunkTable(*_load(path, len(ChunkTable._fields)))


def _columns(rows: Sequence[tuple[int, ...]], count: int) -> list[Column]:
    array = np.array(rows, dtype=np.int32).reshape(-1, count)
    return [np.ascontiguousarray(array[:, i]) for i in range(count)]


def _load(path: Path, columns: int) -> NDArray[np.int32]:
    try:
        array: NDArray[np.int32] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise _broken(path) from error
    if array.dtype != np.int32 or array.ndim != 2 or len(array) != columns:
        raise _broken(path)
    return array


def _broken(path: Path) -> BrokenIndexError:
    return BrokenIndexError(f"{path} is damaged: run `povqa index`.", f"{path} 已损坏:请运行 `povqa index`。")
