from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from povqa.errors import ModelError
from povqa.reader.model import WEIGHTS, ReaderModel, Reading, average
from povqa.reader.question import JOIN
from povqa.reader.windows import window
from povqa.text.normalise import normalise

HEADER = "临沂临沭县推进“四联八建”贫困村提升工程 2017-05-04"
SENTENCES = [
    normalise(text)
    for text in (
        "临沂市临沭县位于山东省东南部鲁苏两省交界处，因濒临沭河而得名。",
        "全县下辖7个镇，2个街道，236个行政村，63万人口。",
        "2014年，临沭县精准识别建档立卡贫困人口63305人，重点贫困村75个。",
        "目前，临沭县还有贫困人口3309户、6139人，重点贫困村20个。",
    )
]


def whole():
    return window(HEADER, SENTENCES, 0, len(SENTENCES))


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("临沭县有几个镇", 1, "7个"),
        ("目前临沭县还有多少户贫困人口", 3, "3309户"),
        ("临沭县在哪个省", 0, "山东省"),
        (f"临沭县有几个镇{JOIN}那街道呢", 1, "2个"),
    ],
)
def test_the_sentence_that_answers_is_told_from_its_neighbours(reader, question, sentence, answer):
    (readings,) = reader.read(question, [whole()])
    assert len(readings) == len(SENTENCES)
    assert max(range(4), key=lambda place: readings[place].logit) == sentence
    best = readings[sentence]
    inside = [place for place, (start, end) in enumerate(best.offsets) if SENTENCES[sentence][start:end] in answer]
    outside = [place for place in range(len(best.offsets)) if place not in inside]
    assert best.inside[inside].mean() > best.inside[outside].mean(), "what is marked stands in the answer"


def test_a_question_about_something_else_is_less_likely_than_one_that_is_answered(reader):
    def best(question):
        return max(reading.logit for reading in reader.read(question, [whole()])[0])

    assert best("北京烤鸭怎么做") < best("临沭县有几个镇") - 2


SCORES = ("start", "end", "inside", "first", "last")


def test_readings_of_a_sentence_are_averaged(reader):
    alone = reader.read("临沭县有几个镇", [window(HEADER, SENTENCES, 1, 2)])[0][0]
    among = reader.read("临沭县有几个镇", [whole()])[0][1]
    assert alone.logit != among.logit
    assert alone.offsets != among.offsets, "the sentence's first characters are other tokens where a window begins"
    assert average([alone]) is alone
    both = average([alone, among])
    assert both.logit == pytest.approx((alone.logit + among.logit) / 2)
    assert both.offsets == alone.offsets
    tail = len(among.offsets) - 1
    assert alone.offsets[-tail:] == among.offsets[-tail:]
    for name in SCORES:
        ours, theirs, mean = (getattr(one, name) for one in (alone, among, both))
        assert mean[-tail:] == pytest.approx((ours[-tail:] + theirs[-tail:]) / 2)
        assert mean[0] == ours[0], "only one has the token"


def test_tokens_of_the_same_characters_are_averaged_each_with_its_like():
    def of(offsets, *scores):
        column = np.array(scores, np.float32)
        return Reading(0.0, offsets, *[column] * 5)

    mark_and_word, word = of(((0, 1), (0, 1), (1, 2)), 5.0, 1.0, 3.0), of(((0, 1), (1, 2)), 3.0, 4.0)
    assert average([mark_and_word, word]).start.tolist() == [5.0, 2.0, 3.5]
    assert average([word, mark_and_word, word]).start.tolist() == pytest.approx([7 / 3, 11 / 3])


def test_a_reading_that_was_cut_does_not_count(reader):
    long = normalise("凌云县" + "种茶、养牛、修路、办厂、育苗" * 8 + "。")
    asked = "凌云县办了哪些事" * 8
    before = [normalise("各镇都开了会，定了自己的办法，也说了困难。")] * 3
    whole_sentence = reader.read(asked, [window("", [long], 0, 1)])[0][0]
    cut = reader.read(asked, [window(HEADER * 2, [*before, long], 0, 4)])[0][3]
    assert 0 < cut.offsets[-1][1] < whole_sentence.offsets[-1][1]
    for order in ([cut, whole_sentence], [whole_sentence, cut]):
        assert average(order) is whole_sentence


def test_readings_come_in_the_order_of_the_windows(reader):
    windows = [window(HEADER, SENTENCES, first, last) for first, last in ((0, 1), (0, 4), (1, 2), (2, 4), (3, 4))] * 5
    found = reader.read("临沭县有几个镇", windows)
    assert [len(readings) for readings in found] == [len(one.offsets) for one in windows]
    for one, readings in zip(windows, found, strict=True):
        (alone,) = reader.read("临沭县有几个镇", [one])
        np.testing.assert_allclose([one.logit for one in readings], [one.logit for one in alone], atol=1e-4)
        assert [one.offsets for one in readings] == [one.offsets for one in alone]


@settings(deadline=None, max_examples=25)
@given(
    question=st.text(min_size=1, max_size=60),
    texts=st.lists(
        st.text(st.sampled_from("临沭县贫困人口3309户、,。 a🙂"), min_size=1, max_size=80), min_size=1, max_size=5
    ),
)
def test_scores_are_given_for_tokens_inside_their_sentence(reader, question, texts):
    question, texts = normalise(question.encode("utf-8", "replace").decode()), [normalise(text) for text in texts]
    (readings,) = reader.read(question, [window("题", texts, 0, len(texts))])
    for text, reading in zip(texts, readings, strict=True):
        assert np.isfinite(reading.logit)
        assert len(reading.start) == len(reading.end) == len(reading.inside) == len(reading.offsets)
        assert np.isfinite([*reading.start, *reading.end, *reading.inside]).all()
        assert all(0 <= start < end <= len(text) for start, end in reading.offsets)
        assert list(reading.offsets) == sorted(reading.offsets)


def test_a_sentence_that_did_not_fit_is_most_unlikely(reader):
    (readings,) = reader.read("临沭县有几个镇", [window(HEADER, [SENTENCES[3] * 20, SENTENCES[1]], 0, 2)])
    assert (readings[1].logit, readings[1].offsets, len(readings[1].inside)) == (-20.0, (), 0)


def test_nothing_to_read_is_nothing_read(reader):
    assert reader.read("临沭县有几个镇", []) == []


def test_several_threads_may_read_at_once(reader):
    questions = ["临沭县有几个镇", "临沭县在哪个省", "还有多少户"] * 4
    alone = [[one.logit for one in reader.read(question, [whole()])[0]] for question in questions]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda question: [one.logit for one in reader.read(question, [whole()])[0]], questions))
    np.testing.assert_allclose(found, alone, atol=1e-4)


def test_a_broken_reader_is_one_line(tmp_path):
    for missing in ("reader.onnx", "tokenizer.json"):
        (tmp_path / missing).mkdir()
        for name in {"reader.onnx", "reader.bin", "tokenizer.json"} - {missing}:
            (tmp_path / missing / name).symlink_to(WEIGHTS / name)
        with pytest.raises(ModelError, match=r"the reader in .* cannot be loaded \(\w+\): install povqa again"):
            ReaderModel(tmp_path / missing).warm()
        (tmp_path / missing / missing).write_bytes(b"{")
        with pytest.raises(ModelError) as caught:
            ReaderModel(tmp_path / missing).warm()
        assert "请重新安装 povqa" in caught.value.zh
