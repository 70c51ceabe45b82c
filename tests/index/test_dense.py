from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError
from povqa.index.dense import RECALL, DenseIndex, measured_recall
from povqa.index.dense_writer import DenseWriter


def unit_rows(count: int, seed: int, dim: int = 8) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def build(vectors: NDArray[np.float32], folder: Path) -> DenseIndex:
    folder.mkdir(exist_ok=True)
    writer = DenseWriter(folder, vectors.shape[1])
    writer.append(vectors)
    assert writer.finish() == "Flat"
    return DenseIndex.open(folder)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 70), st.integers(1, 80), st.integers(0, 10**6), st.booleans())
def test_search_finds_what_numpy_finds(
    tmp_path_factory: pytest.TempPathFactory, count: int, k: int, seed: int, masked: bool
) -> None:
    vectors, question = unit_rows(count, seed), unit_rows(1, seed + 1)[0]
    allowed = np.random.default_rng(seed).random(count) < 0.5 if masked else None
    ids, cosines = build(vectors, tmp_path_factory.mktemp("dense")).search(question, k, allowed)
    expected = vectors @ question
    order = [i for i in np.argsort(-expected, kind="stable") if allowed is None or allowed[i]][:k]
    assert ids.tolist() == order
    assert cosines.tolist() == pytest.approx(expected[order].tolist(), abs=1e-6)


def test_ties_come_in_the_order_of_the_chunks(tmp_path: Path) -> None:
    index = build(np.repeat(unit_rows(1, 0), 6, axis=0), tmp_path)
    assert index.search(unit_rows(1, 0)[0], 6)[0].tolist() == [0, 1, 2, 3, 4, 5]


def test_no_vectors(tmp_path: Path) -> None:
    index = build(np.empty((0, 8), dtype=np.float32), tmp_path)
    assert (index.count, index.dim) == (0, 8)
    assert len(index.search(unit_rows(1, 0)[0], 5)[0]) == 0


def test_vectors_of_another_length_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unit length"):
        build(2 * unit_rows(3, 0), tmp_path)


@pytest.mark.parametrize("keep", [0, 10, 100])
def test_a_truncated_file_is_one_clear_line(tmp_path: Path, keep: int) -> None:
    build(unit_rows(20, 0), tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BrokenIndexError, match="cannot be read.*povqa index") as caught:
        DenseIndex.open(tmp_path)
    assert "\n" not in caught.value.en + caught.value.zh


def test_a_folder_that_does_not_exist_cannot_be_written(tmp_path: Path) -> None:
    writer = DenseWriter(tmp_path / "none", 8)
    writer.append(unit_rows(3, 0))
    with pytest.raises(OSError, match=r"flat-0000000000\.faiss"):
        writer.finish()


def clustered(count: int, seed: int) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    rows = random.standard_normal((20, 16))[random.integers(0, 20, count)] + 0.4 * random.standard_normal((count, 16))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NDArray[np.float32]:
    """3000 vectors, which are many here, and their index in `tmp_path`."""
    monkeypatch.setattr("povqa.index.dense_writer.EXACT", 1000)
    vectors = clustered(3000, 1)
    writer = DenseWriter(tmp_path, 16)
    writer.append(vectors)
    assert writer.finish(lambda: clustered(50, 2)).startswith("HNSW32,SQ8 with efSearch=")
    return vectors


def recall(index: DenseIndex, vectors: NDArray[np.float32], allowed: NDArray[np.bool_] | None = None) -> float:
    """The share of the nearest 50 that is found; every cosine that is found is right."""
    shares = []
    for question in clustered(40, 3):
        ids, cosines = index.search(question, 50, allowed)
        assert cosines.tolist() == pytest.approx((vectors[ids] @ question).tolist(), abs=1e-5)
        assert allowed is None or allowed[ids].all()
        expected = vectors @ question if allowed is None else np.where(allowed, vectors @ question, -2)
        shares.append(len(np.intersect1d(ids, np.argsort(-expected)[:50])) / 50)
    return float(np.mean(shares))


def test_many_vectors_are_found_by_looking_at_few(
    tmp_path: Path, many: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = DenseIndex.open(tmp_path)
    assert recall(index, many) > 0.98
    half = np.arange(3000) % 2 == 0
    assert recall(index, many, half) == 1, "compared one by one"
    monkeypatch.setattr("povqa.index.dense._FEW", 0)
    assert recall(index, many, half) > 0.95
    assert recall(DenseIndex.open(tmp_path, ~half), many, half) > 0.95


def test_a_few_more_are_compared_one_by_one_beside_them(tmp_path: Path, many: NDArray[np.float32]) -> None:
    near = (tmp_path / "near.faiss").stat().st_ino
    more = clustered(500, 4)
    writer = DenseWriter(tmp_path, 16)
    writer.append(more)
    assert writer.finish(lambda: clustered(50, 2)).startswith("HNSW32")
    assert (tmp_path / "near.faiss").stat().st_ino == near
    both = np.concatenate([many, more])
    assert recall(DenseIndex.open(tmp_path), both) > 0.98
    writer = DenseWriter(tmp_path, 16)
    writer.append(more)
    writer.finish(lambda: clustered(50, 2))
    assert recall(DenseIndex.open(tmp_path), np.concatenate([both, more])) > 0.98


def test_what_was_measured_is_told_and_stays_with_the_index_that_it_was_measured_on(
    tmp_path: Path, many: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = measured_recall(tmp_path)
    assert found is not None
    assert RECALL <= found <= 1
    writer = DenseWriter(tmp_path, 16)
    writer.append(clustered(10, 4))
    writer.finish(lambda: clustered(50, 2))
    assert measured_recall(tmp_path) == found
    (tmp_path / "near.json").write_text("{")
    assert measured_recall(tmp_path) is None
    (tmp_path / "near.json").unlink()
    assert measured_recall(tmp_path) is None, "as an earlier version left it"
    monkeypatch.setattr("povqa.index.dense_writer.EXACT", 10_000)
    DenseWriter(tmp_path, 16).finish(lambda: clustered(50, 2))
    assert not (tmp_path / "near.faiss").exists()
    assert measured_recall(tmp_path) == 1


def test_a_recall_that_is_not_reached_is_written_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("povqa.index.dense_writer.EXACT", 1000)
    monkeypatch.setattr("povqa.index.dense_writer._WIDTHS", (1,))
    monkeypatch.setattr("povqa.index.dense_writer.AGAIN", 1)
    vectors = unit_rows(3000, 1, 64)  # nothing is near anything
    writer = DenseWriter(tmp_path, 64)
    writer.append(vectors)
    questions = unit_rows(30, 2, 64)
    assert writer.finish(lambda: questions) == "HNSW32,SQ8 with efSearch=1"
    found = measured_recall(tmp_path)
    assert found is not None
    assert 0.05 < found < RECALL
    index = DenseIndex.open(tmp_path)
    true = [np.argsort(-(vectors @ row))[:50] for row in questions]
    monkeypatch.setattr("povqa.index.dense.AGAIN", 1)
    shares = [
        len(np.intersect1d(index.search(row, 50)[0], best)) / 50 for row, best in zip(questions, true, strict=True)
    ]
    assert found == pytest.approx(np.mean(shares), abs=1e-4)


def test_small_parts_are_put_together(tmp_path: Path) -> None:
    vectors = unit_rows(60, 0)
    for at in range(0, 60, 3):
        writer = DenseWriter(tmp_path, 8)
        writer.append(vectors[at : at + 3])
        writer.finish()
        assert len(list(tmp_path.iterdir())) <= 9
    index = DenseIndex.open(tmp_path)
    assert np.array_equal(index.rows(np.arange(60)), vectors)


def test_a_part_that_is_missing_is_one_clear_line(tmp_path: Path) -> None:
    for seed in (0, 1):
        writer = DenseWriter(tmp_path, 8)
        writer.append(unit_rows(3, seed))
        writer.finish()
    (tmp_path / "flat-0000000000.faiss").unlink()
    with pytest.raises(BrokenIndexError, match="a part is missing"):
        DenseIndex.open(tmp_path)
