"""The dense index: FAISS over the vectors of the chunks. FAISS is imported when an index is opened, not before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError

if TYPE_CHECKING:
    import faiss


def index_kind(count: int) -> str:
    """The FAISS factory string for so many vectors. Exact search for every size yet."""
    return "Flat"


class DenseIndex:
    """An opened index: immutable, safe to search from several threads."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: NDArray[np.float32], path: Path) -> None:
        """Write a new index.

        :param vectors: shape (n, dim), unit rows; a chunk's id is its row.
        :raises ValueError: a vector is not of unit length.
        :raises OSError: the disk is full or cannot be written.
        """
        import faiss

        lengths = np.linalg.norm(vectors, axis=1)
        if not np.allclose(lengths, 1.0, atol=1e-3):
            raise ValueError(f"vectors must have unit length, not {lengths.min()} to {lengths.max()}")
        count, dim = vectors.shape
        index = faiss.index_factory(dim, index_kind(count), faiss.METRIC_INNER_PRODUCT)
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        try:
            faiss.write_index(index, str(path))
        except RuntimeError as error:
            raise OSError(f"{path}: {_line(error)}") from error
        # FAISS only prints a warning when the last of its buffer does not reach the disk.
        try:
            written = cls.open(path).count
        except BrokenIndexError as error:
            raise OSError(f"{path}: {error}") from error
        if written != count:
            raise OSError(f"{path}: {written} of {count} vectors were written")

    @classmethod
    def open(cls, path: Path) -> DenseIndex:
        """Open what `build` wrote, memory-mapped: nothing is read before it is needed.

        :raises BrokenIndexError: there is no index at `path`, or it is not whole.
        """
        import faiss

        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError as error:
            raise BrokenIndexError(
                f"The vectors in {path} cannot be read ({_line(error)}): run `povqa index`.",
                f"无法读取 {path} 中的向量({_line(error)}):请运行 `povqa index`。",
            ) from error

    @property
    def count(self) -> int:
        """How many chunks the index holds."""
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` chunks nearest to a vector, or as many as there are.

        :param vector: shape (dim,), unit length.
        :param allowed: the chunks to search, shape (count,); all when None.
        :return: ids (m,) and cosines (m,), best first, ties by id.
        """
        import faiss

        k = min(k, self.count)
        if k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            library: Any = faiss  # its stubs do not know what its Python wrappers take
            parameters = library.SearchParameters(sel=library.IDSelectorBitmap(bits))
        row = np.ascontiguousarray(vector, dtype=np.float32)[np.newaxis]
        scores, ids = self._index.search(row, k, params=parameters)
        found = ids[0] >= 0
        kept_ids, kept_scores = ids[0][found].astype(np.int64), scores[0][found].astype(np.float32)
        order = np.lexsort((kept_ids, -kept_scores))
        return kept_ids[order], kept_scores[order]


def _line(error: RuntimeError) -> str:
    return str(error).strip().splitlines()[0]
