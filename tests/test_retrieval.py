import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.reader.question import JOIN
from povqa.retrieval import DENSE, LEXICAL, Stages, query_tokens, retrieve
from povqa.text.normalise import normalise
from povqa.types import Kind, Query


def query(text: str) -> Query:
    return Query(text, normalise(text), Kind.OTHER)


@pytest.fixture(scope="module")
def index(seeds_engine):
    return seeds_engine.index


@pytest.fixture(scope="module")
def encoder(seeds_engine):
    return seeds_engine.encoder


QUESTION = "临沭县还有多少贫困人口"


def test_the_tokens_of_the_question_itself_weigh_most():
    own = query_tokens("茶叶")
    assert own.count("茶叶") == 2
    followed = query_tokens(f"凌云种茶叶{JOIN}穷户有几家")
    assert followed.count("穷户") == 2
    assert followed.count("茶叶") == 1, "of the question before"
    assert followed.count("贫困") == 1, "another word for 穷户"
    assert not [token for token in followed if "|" in token]


def test_hits_come_best_first_and_each_once(index, encoder):
    hits = retrieve(index, encoder, query(QUESTION))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.sentence for hit in hits}) == len(hits) >= LEXICAL
    assert all(isinstance(hit.sentence, int) and isinstance(hit.score, float) for hit in hits)


def test_a_sentence_with_the_words_of_the_question_is_near_the_top(index, encoder):
    hits = retrieve(index, encoder, query(QUESTION))
    texts = [index.sentence_text(hit.sentence) for hit in hits[:5]]
    assert any(text.startswith("目前,临沭县还有贫困人口3309户") for text in texts)


def test_the_score_is_the_sum_of_both_standardised(index, encoder):
    hits = retrieve(index, encoder, query(QUESTION))
    columns = np.array([[hit.lexical_score, hit.dense_score] for hit in hits])
    standard = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    np.testing.assert_allclose([hit.score for hit in hits], standard.sum(axis=1), atol=1e-6)


def test_ranks_and_scores_are_those_of_the_two_sides(index, encoder):
    hits = retrieve(index, encoder, query(QUESTION))
    ids, scores = index.lexical.search(query_tokens(QUESTION), 2 * LEXICAL)
    by_id = dict(zip(ids.tolist(), scores.tolist(), strict=True))
    chunks, cosines = index.dense.search(encoder.encode_query(QUESTION), 2 * DENSE)
    cosine = dict(zip(chunks.tolist(), cosines.tolist(), strict=True))
    for hit in hits:
        if hit.lexical_rank is not None:
            assert ids[hit.lexical_rank] == hit.sentence
            assert hit.lexical_score == by_id[hit.sentence]
        if hit.dense_rank is not None:
            assert index.chunk_of(hit.sentence) in chunks[:DENSE]
            assert hit.dense_score == pytest.approx(cosine[index.chunk_of(hit.sentence)], abs=1e-6)
        assert hit.lexical_rank is not None or hit.dense_rank is not None
    assert {int(number) for number in ids[:LEXICAL]} <= {hit.sentence for hit in hits}
    ranked = sorted((hit for hit in hits if hit.dense_rank is not None), key=lambda hit: hit.dense_rank)
    assert [hit.dense_rank for hit in ranked] == list(range(len(ranked)))


def test_a_stage_alone_leaves_the_other_out(index, encoder):
    lexical = retrieve(index, encoder, query(QUESTION), stages=Stages.LEXICAL)
    assert [hit.dense_rank for hit in lexical] == [None] * len(lexical)
    assert [hit.lexical_rank for hit in lexical] == list(range(len(lexical)))
    assert retrieve(index, None, query(QUESTION)) == lexical, "without an encoder"
    dense = retrieve(index, encoder, query(QUESTION), stages=Stages.DENSE)
    assert [hit.lexical_rank for hit in dense] == [None] * len(dense)
    assert {index.chunk_of(hit.sentence) for hit in dense} == {
        int(chunk) for chunk in index.dense.search(encoder.encode_query(QUESTION), DENSE)[0]
    }
    both = {hit.sentence for hit in retrieve(index, encoder, query(QUESTION), stages=Stages.FUSED)}
    assert both == {hit.sentence for hit in (*lexical, *dense)}


def test_a_restriction_holds_on_both_sides(index, encoder):
    chosen = index.article_ids[1]
    hits = retrieve(index, encoder, query(QUESTION), index.allowed(articles=[chosen]))
    assert hits
    assert {index.sentence(hit.sentence).article_id for hit in hits} == {chosen}
    assert retrieve(index, encoder, query(QUESTION), index.allowed(since="3000")) == []


def test_words_that_stand_nowhere_find_nothing(index, encoder):
    assert retrieve(index, None, query("zyxwv")) == []
    assert retrieve(index, None, query("")) == []
    assert all(hit.lexical_rank is None for hit in retrieve(index, encoder, query("zyxwv")))


@given(st.text(max_size=60))
def test_any_question_is_searched_for(index, encoder, text):
    asked = query(text.encode("utf-8", "replace").decode())
    hits = retrieve(index, encoder, asked)
    assert hits == retrieve(index, encoder, asked), "the same again"
    assert all(0 <= hit.sentence < index.manifest.sentences for hit in hits)
    assert np.isfinite([hit.score for hit in hits]).all()
