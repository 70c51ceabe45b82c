"""The dense index: FAISS over the vectors of the chunks. FAISS is imported when an index is opened, not before.

    dense/flat-0000000000.faiss   the vectors of the chunks from number 0 on, as they were encoded
    dense/flat-0000065536.faiss   … and from number 65536 on; each file is written once
    dense/near.faiss              over the first so many of them, where there are many: an index that looks at few
    dense/near.json               the share of the nearest 50 that near.faiss was measured to find

What `near.faiss` proposes is scored again by the vectors themselves, so a cosine is the same whichever found it.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError

if TYPE_CHECKING:
    import faiss

NEAR = "near.faiss"
MEASURED = "near.json"
TAKEN = 50
RECALL = 0.99  # of the nearest `TAKEN`, at the least
AGAIN = 2  # times as many as asked for are taken from `near.faiss`, to be scored again
_FEW = 20_000  # up to so many allowed chunks are compared one by one


def flat_name(first: int) -> str:
    """The file of the vectors from number `first` on."""
    return f"flat-{first:010d}.faiss"


def measured_recall(folder: Path) -> float | None:
    """The share of the nearest 50 that a dense index finds: 1 where it compares all, None where that is not known."""
    if not (folder / NEAR).exists():
        return 1.0
    try:
        return float(json.loads((folder / MEASURED).read_text(encoding="utf-8"))["recall"])
    except (OSError, ValueError, KeyError, TypeError):  # written by an earlier version, or damaged: it only informs
        return None


class DenseIndex:
    """An opened index: immutable, safe to search from several threads."""

    def __init__(
        self, parts: list[faiss.IndexFlat], near: faiss.IndexHNSW | None, dead: NDArray[np.bool_] | None
    ) -> None:
        self._parts = parts
        self._near = near
        self._dead = dead
        self._firsts = np.cumsum([0, *(part.ntotal for part in parts)])

    @classmethod
    def open(cls, folder: Path, dead: NDArray[np.bool_] | None = None) -> DenseIndex:
        """Open what `DenseWriter` wrote, memory-mapped: nothing is read before it is needed.

        :param dead: the chunks that are never found, shape (count,).
        :raises BrokenIndexError: there is no index in `folder`, or it is not whole.
        """
        names = sorted(path for path in folder.glob("flat-*.faiss"))
        parts = [_read(path) for path in names] or [_read(folder / flat_name(0))]
        near = _read(folder / NEAR) if (folder / NEAR).exists() else None
        opened = cls(parts, near, dead)
        if [path.name for path in names] != [flat_name(int(first)) for first in opened._firsts[:-1]]:
            raise _broken(folder, "a part is missing")
        return opened

    @property
    def count(self) -> int:
        """How many vectors the index holds, dead ones included."""
        return int(self._firsts[-1])

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._parts[0].d)

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors by number: shape (len(numbers), dim)."""
        found = np.empty((len(numbers), self.dim), np.float32)
        for part, first in zip(self._views, self._firsts, strict=False):
            here = (numbers >= first) & (numbers < first + len(part))
            found[here] = part[numbers[here] - first]
        return found

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` chunks nearest to a vector, or as many as there are.

        :param vector: shape (dim,), unit length.
        :param allowed: the chunks to search, shape (count,); all when None.
        :return: ids (m,) and cosines (m,), best first, ties by id.
        """
        if self._dead is not None:
            allowed = ~self._dead if allowed is None else allowed & ~self._dead
        row = np.ascontiguousarray(vector, dtype=np.float32)
        if allowed is not None:
            chosen = np.flatnonzero(allowed)
            if len(chosen) <= _FEW:
                return _best(chosen, self.rows(chosen) @ row, k)
        if k < 1 or not self.count:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        found = [self._search_near(row, k, allowed)] if self._near is not None else []
        done = self._near.ntotal if self._near is not None else 0
        for part, first in zip(self._parts, self._firsts.tolist(), strict=False):
            if first >= done:
                some = None if allowed is None else allowed[first : first + part.ntotal]
                ids, scores = _search(part, row, min(k, part.ntotal), some)
                found.append((ids + first, scores))
        return _best(np.concatenate([ids for ids, _ in found]), np.concatenate([scores for _, scores in found]), k)

    def _search_near(
        self, row: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        assert self._near is not None
        some = None if allowed is None else allowed[: self._near.ntotal]
        ids, _ = _search(self._near, row, min(AGAIN * k, self._near.ntotal), some)
        return ids, self.rows(ids) @ row

    @cached_property
    def _views(self) -> list[NDArray[np.float32]]:
        import faiss

        library: Any = faiss  # its stubs do not know what its Python wrappers take
        return [
            library.rev_swig_ptr(part.get_xb(), part.ntotal * part.d).reshape(part.ntotal, part.d)
            if part.ntotal
            else np.empty((0, part.d), np.float32)
            for part in self._parts
        ]


def _best(ids: NDArray[np.int64], scores: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    order = np.lexsort((ids, -scores))[: max(k, 0)]
    return ids[order].astype(np.int64), scores[order].astype(np.float32)


def _search(
    index: faiss.Index, row: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    import faiss

    library: Any = faiss
    if k < 1:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    parameters = None
    if allowed is not None:
        selector = library.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if isinstance(index, faiss.IndexHNSW):
            parameters = library.SearchParametersHNSW(sel=selector, efSearch=index.hnsw.efSearch)
        else:
            parameters = library.SearchParameters(sel=selector)
    scores, ids = index.search(row[np.newaxis], k, params=parameters)
    found = ids[0] >= 0
    return ids[0][found].astype(np.int64), scores[0][found].astype(np.float32)


def _read(path: Path) -> Any:
    import faiss

    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise _broken(path, line(error)) from error


def _broken(path: Path, reason: str) -> BrokenIndexError:
    return BrokenIndexError(
        f"The vectors in {path} cannot be read ({reason}): run `povqa index`.",
        f"无法读取 {path} 中的向量({reason}):请运行 `povqa index`。",
    )


def line(error: RuntimeError) -> str:
    """The first line of what FAISS says."""
    return str(error).strip().splitlines()[0]
