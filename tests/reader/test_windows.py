import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.encoder.runtime import load_tokenizer
from povqa.reader.model import WEIGHTS
from povqa.reader.question import JOIN
from povqa.reader.windows import MAX_CHARS, MAX_HEADER, MAX_QUESTION, MAX_TOKENS, encode, header, spans, window

BOS, PAD, EOS = 0, 1, 2
lengths = st.lists(st.integers(1, 300), min_size=1, max_size=30)
sentences = st.lists(
    st.text(st.sampled_from("临沭县贫困人口3309户、,。 a🙂"), min_size=1, max_size=80), min_size=1, max_size=6
)


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(WEIGHTS / "tokenizer.json", 512)


@st.composite
def wanted_of(draw):
    every = draw(lengths)
    return every, draw(st.sets(st.integers(0, len(every) - 1)))


def test_a_header_says_what_where_and_when():
    assert header("扶贫车间", ("山东", "临沂市"), "2017-05-04") == "扶贫车间 山东临沂市 2017-05-04"
    assert header("山东临沂市的扶贫车间", ("山东", "临沂市")) == "山东临沂市的扶贫车间"
    assert header("短讯") == "短讯"


def test_a_sentence_gets_its_neighbours_as_far_as_they_fit():
    assert spans([10, 10, 10], [1], 30) == [(0, 3)]
    assert spans([10, 10, 10], [1], 25) == [(0, 2)], "the one before says more often who and where"
    assert spans([20, 10, 10], [1], 25) == [(1, 3)]
    assert spans([20, 10, 20], [1], 25) == [(1, 2)]
    assert spans([10, 10], [], 30) == []
    assert spans([10, 500, 10], [1], 30) == [(1, 2)], "a sentence may be longer than a window"


def test_sentences_close_by_share_a_window():
    assert spans([10] * 9, [2, 4], 50) == [(1, 6)]
    assert spans([10] * 9, [2, 8], 50) == [(1, 4), (7, 9)]
    assert spans([10] * 4, [2, 1, 1, 2], 20) == [(1, 3)]


@given(wanted_of())
def test_windows_cover_every_wanted_sentence_once_as_its_own(case):
    every, wanted = case
    windows = spans(every, wanted)
    assert windows == sorted(set(windows))
    own = [{n for n in range(first, last) if n in wanted} for first, last in windows]
    assert set().union(*own) == wanted
    for (first, last), held in zip(windows, own, strict=True):
        assert 0 <= first < last <= len(every)
        assert held, "a window without a wanted sentence"
        assert sum(every[first:last]) <= MAX_CHARS or last - first == 1
    for before, after in zip(own, own[1:], strict=False):
        assert before & after <= {max(before), min(after)}, "more than each other's neighbour"


@given(wanted_of())
def test_no_two_neighbouring_windows_would_have_fitted_in_one(case):
    every, wanted = case
    starts = []
    for number in sorted(wanted):
        if not starts or sum(every[starts[-1] : number + 1]) > MAX_CHARS:
            starts.append(number)
    assert len(spans(every, wanted)) == len(starts)


@given(sentences, st.data())
def test_a_window_is_its_sentences_end_to_end(texts, data):
    first = data.draw(st.integers(0, len(texts) - 1))
    last = data.draw(st.integers(first + 1, len(texts)))
    made = window("题", texts, first, last)
    assert (made.header, made.first, made.text) == ("题", first, "".join(texts[first:last]))
    assert [made.text[start:end] for start, end in made.offsets] == texts[first:last]


def test_the_input_is_question_header_and_sentences(tokenizer):
    batch = encode(tokenizer, "多少户", [window("临沭县", ["一共3309户。"], 0, 1)])
    ids = [int(i) for i in batch.input_ids[0] if i != PAD]
    parts = [tokenizer.encode(text, add_special_tokens=False).ids for text in ("多少户", "临沭县", "一共3309户。")]
    assert ids == [BOS, *parts[0], EOS, EOS, *parts[1], EOS, EOS, *parts[2], EOS]
    assert batch.attention_mask.tolist() == (batch.input_ids != PAD).astype(int).tolist()


def test_a_long_question_keeps_its_end(tokenizer):
    ids = tokenizer.encode("那它还剩多少户", add_special_tokens=False).ids
    question = JOIN.join(["凌云县的茶叶种了多少亩呢" * 20, "那它还剩多少户"])
    row = encode(tokenizer, question, [window("题", ["句。"], 0, 1)]).input_ids[0].tolist()
    asked = row[1 : row.index(EOS)]
    assert len(asked) == MAX_QUESTION
    assert asked[-len(ids) + 1 :] == ids[1:]


@given(question=st.text(max_size=200), head=st.text(max_size=200), rows=st.lists(sentences, min_size=1, max_size=4))
def test_tensors_hold_each_token_once_and_means(tokenizer, question, head, rows):
    question, head = (text.encode("utf-8", "replace").decode() for text in (question, head))
    windows = [window(head, texts, 0, len(texts)) for texts in rows]
    batch = encode(tokenizer, question, windows, step=8)
    count, length = batch.input_ids.shape
    assert (count, length % 8) == (len(windows), 0)
    assert length <= MAX_TOKENS
    assert batch.pooling.shape == (count, max(map(len, rows)), length)
    sums = batch.pooling.sum(axis=2)
    assert np.all(np.isclose(sums, 1, atol=1e-5) | (sums == 0))
    for b, texts in enumerate(rows):
        assert len(batch.tokens[b]) == len(texts)
        taken = [token for own in batch.tokens[b] for token, _, _ in own]
        assert taken == sorted(set(taken)), "in order, none twice"
        for s, own in enumerate(batch.tokens[b]):
            first, last = windows[b].offsets[s]
            assert {token for token, _, _ in own} == set(np.flatnonzero(batch.pooling[b, s]).tolist())
            assert all(first <= start < end <= last for _, start, end in own)
        assert not batch.pooling[b, len(texts) :].any()
        assert batch.attention_mask[b, : batch.attention_mask[b].sum()].all()


def test_a_header_that_is_too_long_leaves_room_for_the_sentences(tokenizer):
    batch = encode(tokenizer, "多少户", [window("临沭县" * 200, ["一共3309户。"], 0, 1)])
    row = [int(i) for i in batch.input_ids[0] if i != PAD]
    head, body = (tokenizer.encode(text, add_special_tokens=False).ids for text in ("临沭县" * 200, "一共3309户。"))
    assert row[row.index(EOS) :] == [EOS, EOS, *head[:MAX_HEADER], EOS, EOS, *body, EOS]


def test_what_does_not_fit_has_no_token(tokenizer):
    batch = encode(tokenizer, "多少户", [window("题", ["临沭县的贫困村" * 60, "一共3309户。"], 0, 2)])
    assert batch.input_ids.shape[1] == MAX_TOKENS
    assert batch.input_ids[0, -1] == EOS
    assert batch.tokens[0][1] == []
    assert not batch.pooling[0, 1].any()
