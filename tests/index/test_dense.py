from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError
from povqa.index.dense import DenseIndex


def unit_rows(count: int, seed: int, dim: int = 8) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 70), st.integers(1, 80), st.integers(0, 10**6), st.booleans())
def test_search_finds_what_numpy_finds(
    tmp_path_factory: pytest.TempPathFactory, count: int, k: int, seed: int, masked: bool
) -> None:
    path = tmp_path_factory.mktemp("dense") / "vectors.faiss"
    vectors, question = unit_rows(count, seed), unit_rows(1, seed + 1)[0]
    allowed = np.random.default_rng(seed).random(count) < 0.5 if masked else None
    DenseIndex.build(vectors, path)
    ids, cosines = DenseIndex.open(path).search(question, k, allowed)
    expected = vectors @ question
    order = [i for i in np.argsort(-expected, kind="stable") if allowed is None or allowed[i]][:k]
    assert ids.tolist() == order
    assert cosines.tolist() == pytest.approx(expected[order].tolist(), abs=1e-6)


def test_ties_come_in_the_order_of_the_chunks(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    DenseIndex.build(np.repeat(unit_rows(1, 0), 6, axis=0), path)
    assert DenseIndex.open(path).search(unit_rows(1, 0)[0], 6)[0].tolist() == [0, 1, 2, 3, 4, 5]


def test_no_vectors(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    DenseIndex.build(np.empty((0, 8), dtype=np.float32), path)
    index = DenseIndex.open(path)
    assert (index.count, index.dim) == (0, 8)
    assert len(index.search(unit_rows(1, 0)[0], 5)[0]) == 0


def test_vectors_of_another_length_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unit length"):
        DenseIndex.build(2 * unit_rows(3, 0), tmp_path / "vectors.faiss")


@pytest.mark.parametrize("keep", [0, 10, 100])
def test_a_truncated_file_is_one_clear_line(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "vectors.faiss"
    DenseIndex.build(unit_rows(20, 0), path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BrokenIndexError, match="cannot be read.*povqa index") as caught:
        DenseIndex.open(path)
    assert "\n" not in caught.value.en + caught.value.zh


def test_a_folder_that_does_not_exist_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"vectors\.faiss"):
        DenseIndex.build(unit_rows(3, 0), tmp_path / "none" / "vectors.faiss")
