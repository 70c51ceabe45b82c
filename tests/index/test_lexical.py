from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from povqa.errors import BrokenIndexError
from povqa.index.lexical import PLACE_WEIGHT, TITLE_WEIGHT, LexicalIndex
from povqa.index.tokens import tokens

Row = tuple[str, str, str]


def build(rows: list[Row], folder: Path) -> LexicalIndex:
    LexicalIndex.build(rows, folder)
    return LexicalIndex.open(folder)


def brute_force(rows: list[Row], query: list[str]) -> list[float]:
    """BM25 in each field, weighted and added; lengths are exact up to 40 tokens."""
    scores = [0.0] * len(rows)
    for field, weight in enumerate((1.0, TITLE_WEIGHT, PLACE_WEIGHT)):
        counts = [Counter(tokens(row[field])) for row in rows]
        average = sum(c.total() for c in counts) / len(rows)
        for token in query:
            df = sum(token in c for c in counts)
            idf = math.log(1 + (len(rows) - df + 0.5) / (df + 0.5))
            for i, c in enumerate(counts):
                if c[token]:
                    length = 1.2 * (0.25 + 0.75 * c.total() / average)
                    scores[i] += weight * idf * c[token] * 2.2 / (c[token] + length)
    return scores


def test_scores_are_those_computed_by_hand(tmp_path: Path) -> None:
    index = build([("aa bb", "", ""), ("aa aa cc", "", ""), ("dd", "", "")], tmp_path)
    ids, scores = index.search(["aa"], 10)
    # idf = ln(1 + 1.5 / 2.5); lengths 2 and 3 against an average of 2
    assert ids.tolist() == [1, 0]
    assert scores.tolist() == pytest.approx([0.470004 * 4.4 / 3.65, 0.470004], abs=1e-5)
    ids, scores = index.search(["dd", "dd"], 10)
    assert ids.tolist() == [2]
    assert scores.tolist() == pytest.approx([2 * 0.980829 * 2.2 / 1.75], abs=1e-5)


WORDS = st.sampled_from(["山", "水", "山水", "水山", "3309", "app"])
TEXT = st.lists(WORDS, max_size=8).map(" ".join)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=12),
    TEXT,
    st.integers(1, 5),
    st.one_of(st.none(), st.lists(st.booleans(), min_size=12, max_size=12)),
)
def test_search_finds_what_brute_force_finds(rows: list[Row], question: str, k: int, mask: list[bool] | None) -> None:
    query = tokens(question)
    allowed = None if mask is None else np.array(mask[: len(rows)], dtype=np.bool_)
    with TemporaryDirectory() as folder:
        ids, scores = build(rows, Path(folder)).search(query, k, allowed)
    expected = brute_force(rows, query)
    found = [i for i, score in enumerate(expected) if score > 0 and (allowed is None or allowed[i])]
    assert len(ids) == len(set(ids.tolist())) == min(k, len(found))
    assert set(ids.tolist()) <= set(found)
    assert scores.tolist() == pytest.approx(sorted((expected[i] for i in found), reverse=True)[:k], rel=1e-4)
    assert scores.tolist() == pytest.approx([expected[i] for i in ids], rel=1e-4)


def test_a_wide_mask_finds_what_a_narrow_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"临沭县{'贫困' * (i % 7)}村{i}", "", "") for i in range(300)]
    index = build(rows, tmp_path)
    allowed = np.arange(300) % 10 == 3
    named = index.search(tokens("临沭贫困村"), 20, allowed)
    monkeypatch.setattr("povqa.index.lexical._FEW", 0)
    filtered = index.search(tokens("临沭贫困村"), 20, allowed)
    assert named[0].tolist() == filtered[0].tolist()
    assert named[1].tolist() == pytest.approx(filtered[1].tolist())
    assert allowed[named[0]].all()
    assert len(named[0]) == 20


def test_ties_come_in_the_order_of_the_sentences(tmp_path: Path) -> None:
    index = build([("相同的一句", "", "")] * 50 + [("另一句", "", "")], tmp_path)
    ids, scores = index.search(tokens("相同"), 5)
    assert ids.tolist() == [0, 1, 2, 3, 4]
    assert len(set(scores.tolist())) == 1


def test_title_and_place_count_for_less_than_the_sentence(tmp_path: Path) -> None:
    rows = [("脱贫", "", "凌云"), ("脱贫", "凌云", ""), ("凌云", "", ""), ("脱贫", "", "")]
    index = build(rows, tmp_path)
    ids, _ = index.search(["凌云"], 10)
    assert ids.tolist() == [2, 1, 0]


def test_document_frequency_counts_sentences_not_occurrences_nor_titles(tmp_path: Path) -> None:
    index = build([("山山", "水", ""), ("山", "水", "水"), ("水", "", "")], tmp_path)
    assert index.document_frequency(["山", "水", "没有"]).tolist() == [2, 1, 0]
    assert index.count == 3


def test_nothing_to_find(tmp_path: Path) -> None:
    index = build([("山", "", "")], tmp_path)
    nobody = np.zeros(1, dtype=np.bool_)
    for found in (
        index.search([], 5),
        index.search(["海"], 5),
        index.search(["山"], 0),
        index.search(["山"], 5, nobody),
    ):
        assert [len(part) for part in found] == [0, 0]


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    ids, scores = build([], tmp_path).search(["山"], 5)
    assert len(ids) == len(scores) == 0


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[int] = []
    LexicalIndex.build([("山", "", "")] * 2500, tmp_path, told.append)
    assert told == [1000, 2000]


def test_a_folder_without_an_index_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BrokenIndexError, match="cannot be read.*povqa index") as caught:
        LexicalIndex.open(tmp_path)
    assert "\n" not in caught.value.en + caught.value.zh


def test_a_read_only_folder_can_be_searched(tmp_path: Path) -> None:
    LexicalIndex.build([("山水", "", "")], tmp_path)
    for lock in tmp_path.glob("*.lock"):
        lock.unlink()
    before = sorted(tmp_path.iterdir())
    index = LexicalIndex._open_read_only(tmp_path)  # what `open` does there; root may write anywhere
    assert index.search(["山"], 1)[0].tolist() == [0]
    assert sorted(tmp_path.iterdir()) == before
