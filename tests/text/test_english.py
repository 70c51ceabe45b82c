from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.text.english import english_phrases, in_chinese, is_english
from povqa.text.normalise import normalise

LINES = [
    line.split("\t")
    for line in files("povqa.text").joinpath("english.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("how many poor households were there in 临沭县", "how many 贫困户 were there in 临沭县"),
        ("first secretary of shibadong", "第一书记 of shibadong"),
        ("villages, cooperatives", "村, 合作社"),
        ("what did they plant", "what did they 种植"),
        ("planted planting plants planned", "种植 种植 种植 计划"),
        ("临沭还剩多少户", "临沭还剩多少户"),
        ("", ""),
    ],
)
def test_a_question_is_put_in_the_words_of_chinese_news(question, meant):
    assert in_chinese(question) == meant


def test_a_question_is_english_or_not():
    for question in ("how many donkeys does 聊城 have?", "poor households in linshu"):
        assert is_english(question), question
    for question in ("iphone多少钱", "app store 里有没有这个", "临沭还剩多少户", "why", "", "9 + 3"):
        assert not is_english(question), question


def test_the_longest_phrase_is_taken_with_all_its_forms():
    question = "when did registered poor people grow tea"
    assert [(question[a:b], forms[0]) for a, b, forms in english_phrases(question)] == [
        ("registered poor", "建档立卡"),
        ("people", "人"),
        ("grow", "种植"),
        ("tea", "茶叶"),
    ]
    assert [forms for _, _, forms in english_phrases("a teacher")] == [("教师", "老师")]


def test_every_entry_is_normalised_and_can_be_reached():
    for asked, written in LINES:
        assert asked == normalise(asked), asked
        found = {form for _, _, forms in english_phrases(f"the {asked}, now") for form in forms}
        assert set(written.split()) <= found, asked


def test_no_line_stands_twice_and_none_is_empty():
    assert len({asked for asked, _ in LINES}) == len(LINES) > 100
    assert all(asked.strip() == asked and written.split() for asked, written in LINES)


@given(st.lists(st.sampled_from([asked for asked, _ in LINES]) | st.text(max_size=5), max_size=8))
def test_phrases_stand_in_order_and_apart(pieces):
    question = normalise(" ".join(pieces))
    found = list(english_phrases(question))
    edges = [edge for start, end, _ in found for edge in (start, end)]
    assert edges == sorted(edges)
    assert all(start < end and forms for start, end, forms in found)
    assert all(forms[0] in in_chinese(question) for _, _, forms in found)
