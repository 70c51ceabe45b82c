"""Writing the dense index: vectors are appended, in files that are written once; many get an index that looks at few.

Up to `EXACT` vectors every one is compared (FAISS "Flat"). Above, a graph over 8-bit codes is built (HNSW: Malkov and
Yashunin, 2018), and the search in it is as wide as it takes to find 99 of 100 of the nearest 50 that comparing all
would find, measured on questions made from the corpus. What was measured is written beside it. docs/scale.md has the
figures behind all this.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError
from povqa.index.dense import AGAIN, MEASURED, NEAR, RECALL, TAKEN, DenseIndex, flat_name, line

EXACT = 200_000  # 13 ms a question, an eighth of an answer
_LINKS = 32  # of a vector in the graph
_CONSTRUCTION = 100
_WIDTHS = (64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)
_PART = 65_536  # vectors in a file, at the most
_MOST_PARTS = 8  # smaller than that, before they are put together
_TAIL = 4  # a quarter as many as `near.faiss` holds may be compared one by one beside it

Sample = Callable[[], NDArray[np.float32]]  # vectors of questions, shape (n, dim)


class DenseWriter:
    """Appends vectors to those that the folder has.

    :param folder: an empty folder, or one with links to the files of an older generation.
    """

    def __init__(self, folder: Path, dim: int) -> None:
        self._folder = folder
        self._dim = dim
        has_parts = any(folder.glob("flat-*.faiss"))
        self._old = DenseIndex.open(folder) if has_parts else None
        self._count = self._old.count if self._old else 0
        self._first = self._count  # the number of the first that is not in a file yet
        self._waiting: list[NDArray[np.float32]] = []

    def append(self, vectors: NDArray[np.float32]) -> None:
        """Add vectors after the last.

        :param vectors: shape (n, dim), unit rows.
        :raises ValueError: a vector is not of unit length.
        :raises OSError: the disk is full or cannot be written.
        """
        lengths = np.linalg.norm(vectors, axis=1)
        if not np.allclose(lengths, 1.0, atol=1e-3):
            raise ValueError(f"vectors must have unit length, not {lengths.min()} to {lengths.max()}")
        self._waiting.append(np.ascontiguousarray(vectors, dtype=np.float32))
        self._count += len(vectors)
        if self._count - self._first >= _PART:
            self._flush()

    def finish(self, sample: Sample | None = None) -> str:
        """Write the rest, and see to the index that looks at few.

        :param sample: questions to measure its recall on; without them every vector is compared.
        :return: what kind of index it is.
        :raises OSError: the disk is full or cannot be written.
        """
        if self._waiting or not self._count:
            self._flush()
        self._merge()
        near = self._folder / NEAR
        held = _held(near)
        exact = self._count <= EXACT or sample is None
        if exact or (self._count - held) * _TAIL > held:
            for path in (near, self._folder / MEASURED):  # in this folder only
                path.unlink(missing_ok=True)
        if exact:
            return "Flat"
        if not near.exists():
            assert sample is not None
            return _train(DenseIndex.open(self._folder), near, sample())
        return _described(near)

    def _flush(self) -> None:
        vectors = np.concatenate(self._waiting) if self._waiting else np.empty((0, self._dim), np.float32)
        self._waiting = []
        for at in range(0, max(len(vectors), 1), _PART):
            part = vectors[at : at + _PART]
            write_flat(part, self._folder / flat_name(self._first))
            self._first += len(part)

    def _merge(self) -> None:
        """Put small files at the end together."""
        opened = DenseIndex.open(self._folder)
        held = _held(self._folder / NEAR)
        small: list[Path] = []
        for path in sorted(self._folder.glob("flat-*.faiss"), reverse=True):
            first = int(path.stem.removeprefix("flat-"))
            if first < held or self._count - first > _PART:
                break
            small.append(path)
        if len(small) > _MOST_PARTS:
            first = int(small[-1].stem.removeprefix("flat-"))
            vectors = opened.rows(np.arange(first, self._count))
            for path in small:
                path.unlink()  # in this folder only: other generations have it under a name of their own
            write_flat(vectors, self._folder / flat_name(first))


def write_flat(vectors: NDArray[np.float32], path: Path) -> None:
    """Write vectors, shape (n, dim), as a FAISS index that compares them all.

    :raises OSError: the disk is full or cannot be written.
    """
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    _write(index, path)


def _write(index: Any, path: Path) -> None:
    import faiss

    try:
        faiss.write_index(index, str(path))
        # FAISS only prints a warning when the last of its buffer does not reach the disk.
        written = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC).ntotal
    except (RuntimeError, BrokenIndexError) as error:
        raise OSError(f"{path}: {line(error) if isinstance(error, RuntimeError) else error}") from error
    if written != index.ntotal:
        raise OSError(f"{path}: {written} of {index.ntotal} vectors were written")


def _held(near: Path) -> int:
    import faiss

    return int(faiss.read_index(str(near), faiss.IO_FLAG_MMAP_IFC).ntotal) if near.exists() else 0


def _described(near: Path) -> str:
    import faiss

    index: Any = faiss.read_index(str(near), faiss.IO_FLAG_MMAP_IFC)
    return f"HNSW{_LINKS},SQ8 with efSearch={index.hnsw.efSearch}"


def _train(flat: DenseIndex, near: Path, questions: NDArray[np.float32]) -> str:
    import faiss

    library: Any = faiss
    count = flat.count
    index: Any = library.index_factory(flat.dim, f"HNSW{_LINKS},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = _CONSTRUCTION
    index.train(flat.rows(np.sort(np.random.default_rng(0).choice(count, min(count, _PART), replace=False))))
    for at in range(0, count, _PART):
        index.add(flat.rows(np.arange(at, min(at + _PART, count))))
    true = [flat.search(question, TAKEN)[0] for question in questions]
    recall = 0.0
    for width in _WIDTHS:
        index.hnsw.efSearch = width
        found = index.search(questions, AGAIN * TAKEN)[1]
        shares = [len(np.intersect1d(ids, best)) / len(best) for ids, best in zip(found, true, strict=True)]
        recall = float(np.mean(shares))
        if recall >= RECALL:
            break
    _write(index, near)
    (near.parent / MEASURED).write_text(json.dumps({"recall": round(recall, 4)}), encoding="utf-8")
    return _described(near)
