"""Whether the parts of an index fit together: tables, sentences, vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from povqa.errors import BrokenIndexError
from povqa.index.build import passage_text

if TYPE_CHECKING:
    from povqa.encoder.runtime import Encoder
    from povqa.index.store import Index

_ENCODED_AGAIN = 256  # chunks, spread evenly, at the most
_LEAST_COSINE = 0.97  # of a chunk encoded again: int8 activations are scaled by the batch they are in
_BLOCK = 8192


def check(index: Index, encoder: Encoder | None, progress: Callable[[int, int], None] | None = None) -> None:
    """Compare the parts of an index with each other.

    :param encoder: encodes some chunks again, to compare their vectors.
    :raises BrokenIndexError: something does not fit.
    """
    _check_tables(index)
    _check_sizes(index)
    if encoder is not None:
        _check_vectors(index, encoder, progress)


def _check_tables(index: Index) -> None:
    sentences, chunks, manifest = index.sentences, index.chunks, index.manifest
    whole = (
        len(index.alive) == manifest.ordinals
        and np.all(np.diff(sentences.article) >= 0)
        and np.all(sentences.start < sentences.end)
        and np.all(chunks.first <= chunks.last)
        and np.array_equal(chunks.start, sentences.start[chunks.first])
        and np.array_equal(chunks.end, sentences.end[chunks.last])
        and np.array_equal(chunks.article, sentences.article[chunks.first])
        and np.array_equal(chunks.first, np.concatenate([[0], chunks.last + 1])[: len(chunks.first)])
        and int(index.alive[sentences.article].sum()) == manifest.sentences
        and int(index.alive[chunks.article].sum()) == manifest.chunks
    )
    if not whole:
        raise _misfit("the tables of sentences and chunks", "句子表与片段表")
    ends = np.zeros(manifest.ordinals, np.int64)
    np.maximum.at(ends, sentences.article, sentences.end)
    for ordinal in np.flatnonzero(index.alive).tolist():
        if ends[ordinal] > len(index.article(ordinal).text):
            raise _misfit("the sentences and the articles", "句子与文章")


def _check_sizes(index: Index) -> None:
    if index.lexical.count != index.manifest.sentences:
        raise _misfit("the lexical index and the sentences", "词汇索引与句子")
    if index.milvus is not None:
        index.milvus.check()
    elif index.local_dense.count != len(index.chunks.article):
        raise _misfit("the vectors and the chunks", "向量与片段")
    living = np.flatnonzero(index.alive[index.chunks.article])
    for at in range(0, len(living), _BLOCK):
        rows = index.dense.rows(living[at : at + _BLOCK])
        if not np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3):
            raise _misfit("the vectors and their length", "向量与其长度")


def _check_vectors(index: Index, encoder: Encoder, progress: Callable[[int, int], None] | None) -> None:
    alive = np.flatnonzero(index.alive[index.chunks.article])
    numbers = alive[:: max(1, len(alive) // _ENCODED_AGAIN)][:_ENCODED_AGAIN]
    if not len(numbers):
        return
    texts = []
    for number in numbers.tolist():
        article = index.article(int(index.chunks.article[number]))
        texts.append(passage_text(article, int(index.chunks.start[number]), int(index.chunks.end[number])))
    again = encoder.encode_passages(texts, progress)
    stored = index.dense.rows(numbers)
    if again.shape != stored.shape or np.einsum("ij,ij->i", again, stored).min() < _LEAST_COSINE:
        raise _misfit("the vectors and the sentences", "向量与句子")


def _misfit(en: str, zh: str) -> BrokenIndexError:
    return BrokenIndexError(
        f"The index is damaged ({en} do not fit together): run `povqa index --rebuild`.",
        f"索引已损坏({zh}不相符):请运行 `povqa index --rebuild`。",
    )
