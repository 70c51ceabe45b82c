"""BM25 as a product of sparse vectors against the engine whose scores it is to have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from povqa.index.database import private
from povqa.index.lexical import LexicalIndex
from povqa.index.milvus.terms import SCHEMA, SentenceFields, TermCounter, TermTable, dimension, sentence_vector
from povqa.index.tokens import tokens
from povqa.text.normalise import normalise
from povqa.types import Article

WORDS = st.text(alphabet="临沭贫困村户10.2%a ", min_size=1, max_size=90)
ARTICLES = st.lists(st.tuples(WORDS, WORDS, st.lists(WORDS, max_size=2)), min_size=1, max_size=6)


def counted(path: Path, articles: list[Article], gone: tuple[Article, ...] = ()) -> tuple[TermTable, list[float]]:
    with private(path, SCHEMA) as db:
        counter = TermCounter(db)
        for article in (*articles, *gone):
            counter.count(SentenceFields(article).of(0, len(article.text)))
        for article in gone:
            counter.count(SentenceFields(article).of(0, len(article.text)), -1)
        means = counter.finish()
    return TermTable(path), means


def article(text: str, title: str = "", place: tuple[str, ...] = ()) -> Article:
    return Article("x", title, text, "x.txt", place=place)


@settings(max_examples=40, deadline=None)
@given(given_articles=ARTICLES, question=WORDS)
def test_the_product_of_two_vectors_is_the_local_engine_s_score(given_articles, question, tmp_path_factory):
    folder = tmp_path_factory.mktemp("terms")
    articles = [article(text, title, tuple(place)) for text, title, place in given_articles]
    table, means = counted(folder / "terms.sqlite", articles)
    asked = table.question_vector(tokens(normalise(question)))
    vectors = [sentence_vector(SentenceFields(one).of(0, len(one.text)), means) for one in articles]
    products = np.array([sum(asked[place] * vector.get(place, 0.0) for place in asked) for vector in vectors])
    (folder / "local").mkdir()
    fields = ((normalise(one.text), normalise(one.title), normalise(" ".join(one.place))) for one in articles)
    LexicalIndex.build(fields, folder / "local")
    ids, scores = LexicalIndex.open(folder / "local").search(tokens(normalise(question)), len(articles))
    expected = np.zeros(len(articles))
    expected[ids] = scores
    assert products == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_a_long_sentence_is_as_long_as_the_local_engine_takes_it_to_be(tmp_path: Path):
    long, other = article("贫" * 150 + "困"), article("困难")
    table, means = counted(tmp_path / "terms.sqlite", [long, other])
    LexicalIndex.build([(long.text, "", ""), (other.text, "", "")], _made(tmp_path / "local"))
    _, scores = LexicalIndex.open(tmp_path / "local").search(["贫"], 1)
    vector = sentence_vector(SentenceFields(long).of(0, len(long.text)), means)
    asked = table.question_vector(["贫"])
    assert sum(asked[place] * vector.get(place, 0) for place in asked) == pytest.approx(float(scores[0]), rel=1e-5)


def test_what_has_gone_is_not_counted(tmp_path: Path):
    table, _ = counted(tmp_path / "terms.sqlite", [article("临沭县")], gone=(article("凌云县"),))
    assert table.count == 1
    assert table.frequency(0, ["临沭", "县", "凌云"]) == {"临沭": 1, "县": 1}
    assert table.question_vector(["凌云"]) == {}


def test_the_same_token_counts_apart_in_each_field():
    assert len({dimension(field, "县") for field in range(3)}) == 3


def test_mean_lengths_stay_until_they_have_drifted(tmp_path: Path):
    path = tmp_path / "terms.sqlite"
    table, means = counted(path, [article("临沭县" * 9)] * 40)
    assert not table.has_drifted()
    table.close()
    for text, drifted in (("临" * 20, False), ("临" * 900, True)):
        with private(path, SCHEMA) as db:
            counter = TermCounter(db)
            counter.count(SentenceFields(article(text)).of(0, len(text)))
            assert counter.finish() == means
        table = TermTable(path)
        assert table.has_drifted() is drifted
        table.close()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
