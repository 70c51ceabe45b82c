import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.reader.items import is_list, items, names_apart
from povqa.reader.model import Reading
from reader.test_spans import read, texts, texts_of

LIST = "打造了曹庄镇朱村、青云镇华山社区和“石门镇”西石门社区等5个示范点,增收10,000元。"


@pytest.mark.parametrize(
    ("sentence", "marked"),
    [
        (LIST, ["曹庄镇朱村", "青云镇华山社区", "“石门镇”西石门社区"]),
        ("朱村的几十户人家种茶,每年增收10,000元,住在华山社区的人们养牛。", ["朱村", "10,000元", "华山社区"]),
        ("一是种茶,二是每户补助10,000元,然后大家都搬进了新房。", ["种茶", "每户补助10,000元"]),
    ],
)
def test_the_items_are_the_runs_that_are_marked(sentence, marked):
    assert texts_of(sentence, items(read(sentence, *marked), sentence)) == marked


def test_nothing_marked_is_no_item():
    assert items(read(LIST), LIST) == []
    assert items(Reading(0.0, (), *(np.empty(0, np.float32),) * 5), "") == []


def test_items_end_where_chinese_separates_them():
    """Of two boundaries that the network finds as likely, the one at a separator is taken."""
    sentence = "这里种茶叶、蚕桑和油茶。"
    reading = read(sentence)
    for array in (reading.first, reading.last):
        array[:] = -1.0
    reading.inside[sentence.index("种茶叶") : sentence.index("。")] = 0.5
    found = texts_of(sentence, items(reading, sentence))
    assert found[-2:] == ["蚕桑", "油茶"]
    assert "、" not in "".join(found)


def test_as_many_items_as_the_question_expects():
    sentence = "这里种茶叶、蚕桑和油茶。"
    reading = read(sentence, "茶叶", "蚕桑")
    own = slice(sentence.index("油茶"), sentence.index("。"))
    reading.inside[own] = -1.0
    reading.first[own.start] = reading.last[own.stop - 1] = -2.0
    assert texts_of(sentence, items(reading, sentence)) == ["茶叶", "蚕桑"]
    assert texts_of(sentence, items(reading, sentence, 3)) == ["茶叶", "蚕桑", "油茶"]


def test_items_that_touch_or_are_joined_are_cut():
    sentence = "要执行《准则》《条例》,坚持政治性和人民性。"
    reading = read(sentence, "《准则》《条例》")
    assert texts_of(sentence, items(reading, sentence)) == ["《准则》", "《条例》"]
    reading = read(sentence, "政治性和人民性")
    assert texts_of(sentence, items(reading, sentence)) == ["政治性和人民性"]
    assert texts_of(sentence, items(reading, sentence, 2)) == ["政治性", "人民性"]
    assert texts_of(sentence, items(reading, sentence, 3)) == ["政治性和人民性"], "not as many as there are"


def test_a_count_behind_the_last_item_is_none_of_it():
    sentence = "采取区、片区、村三级挂钩帮扶。"
    assert texts_of(sentence, items(read(sentence, "区", "片区", "村三级"), sentence)) == ["区", "片区", "村"]
    assert texts_of(sentence, items(read(sentence, "片区", "村三级"), sentence)) == ["片区", "村三级"]


def test_the_names_of_a_byline_stand_apart():
    byline = "(报道员 周小威 刘明 欧阳子豪)"
    assert texts_of(byline, names_apart(byline, (5, 16))) == ["周小威", "刘明", "欧阳子豪"]
    assert texts_of(byline, names_apart(byline, (5, 8))) == ["周小威"]
    for whole in ("记者 周小威", "王 楠", "周小威 刘明等四人一起", "春风化雨的一年 情暖"):
        assert texts_of(whole, names_apart(whole, (0, len(whole)))) == [whole]


def test_a_list_is_told_from_one_answer():
    assert is_list(read(LIST, "曹庄镇朱村", "青云镇华山社区"), LIST)
    assert not is_list(read(LIST, "曹庄镇朱村"), LIST)


@given(texts, st.integers(0, 4), st.integers(1, 3), st.data())
def test_items_of_any_reading_stand_in_the_sentence_in_order(sentence, count, width, data):
    plain = read(sentence, width=width)
    scores = st.lists(st.floats(-12, 12, width=32), min_size=len(plain.offsets), max_size=len(plain.offsets)).map(
        lambda values: np.array(values, np.float32)
    )
    found = items(Reading(0.0, plain.offsets, *(data.draw(scores) for _ in range(5))), sentence, count)
    assert all(0 <= start < end <= len(sentence) for start, end in found)
    assert all(before[1] <= after[0] for before, after in zip(found, found[1:], strict=False))
